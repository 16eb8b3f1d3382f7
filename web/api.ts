/** A problem document of the API, as an error. */
export class Problem extends Error {
  readonly status: number;
  readonly kind: string | undefined;

  constructor(status: number, message: string, kind: string | undefined) {
    super(message);
    this.status = status;
    this.kind = kind;
  }
}

let csrfToken: string | undefined;

export function setCsrfToken(token: string | null): void {
  csrfToken = token ?? undefined;
}

/** One call; a refusal becomes a Problem that says what was expected, what came, and what to do. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 204) return undefined as Answer;
  const answer = (await response.json()) as Answer & { detail?: string; title?: string; kind?: string };
  if (response.ok) return answer;
  // The detail ends with the remedy.
  throw new Problem(response.status, answer.detail ?? answer.title ?? 'It did not work', answer.kind);
}
