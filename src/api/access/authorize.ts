import type { Request } from 'express';

import { roleCovers } from '../../domain/access/role.js';
import type { Access } from '../http/route.js';
import { HttpProblem } from '../http/problem.js';
import { unauthenticated } from './authenticate.js';
import type { Principal } from './principal.js';

/** @throws HttpProblem unauthenticated for nobody, forbidden for a role that is too low. */
export function authorize(access: Access, principal: Principal, request: Request): void {
  if (access === 'public') return;
  if (access === 'viewer_or_loopback' && isLocal(request)) return;
  const needed = access === 'viewer_or_loopback' ? 'viewer' : access;
  if (principal.role === undefined) throw unauthenticated('Expected a log-in, got none');
  if (roleCovers(principal.role, needed)) return;
  throw new HttpProblem('forbidden', `Expected the role ${needed}, got ${principal.role}`, {
    remedy: `Use a token with the role ${needed}`,
  });
}

/** A proxy on this machine brings the world in by loopback: then it counts as the world. */
function isLocal(request: Request): boolean {
  const address = request.socket.remoteAddress ?? '';
  const proxied = request.headers['x-forwarded-for'] ?? request.headers.forwarded;
  return proxied === undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}
