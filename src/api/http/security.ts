import type { NextFunction, Request, Response } from 'express';

import { HttpProblem } from './problem.js';

const HEADERS = {
  // Everything the page needs comes from here; nothing inline, nothing framed.
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
} as const;

/** No CORS header is ever sent: a browser lets no other origin read an answer. */
export function securityHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set(HEADERS);
  next();
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Against DNS rebinding: while the service is on loopback, a foreign name in `Host` means that a web page
 * elsewhere pointed its own name at us. With any other address the operator's proxy decides.
 */
export function createHostCheck(baseUrl: () => string) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const own = new URL(baseUrl()).hostname;
    const came = hostnameOf(request.headers.host);
    if (LOOPBACK.has(own) && !LOOPBACK.has(came)) {
      throw new HttpProblem('forbidden', `Expected a loopback name in Host, got "${came.slice(0, 100)}"`, {
        remedy: `Use ${baseUrl()}`,
      });
    }
    next();
  };
}

function hostnameOf(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}
