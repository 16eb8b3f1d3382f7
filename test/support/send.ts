/** One answer of the API, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, else the text. */
  body: unknown;
}

export interface SendOptions {
  body?: unknown;
  /** The body as it stands, instead of `body`. */
  text?: string;
  /** Instead of the sender's own; null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
}

export type Send = (method: string, address: string, options?: SendOptions) => Promise<Answer>;

/** Speaks plain HTTP with the API at `url()`, as any client does. */
export function createSend(url: () => string, ownToken: () => string): Send {
  return async (method, address, options = {}) => {
    const token = options.token === undefined ? ownToken() : options.token;
    const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${url()}${address}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const { status, headers } = response;
    const text = await response.text();
    const isJson = (headers.get('content-type') ?? '').includes('json');
    return { status, headers, body: isJson ? JSON.parse(text) : text };
  };
}
