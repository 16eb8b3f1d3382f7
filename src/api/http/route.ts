import type { Role } from '../../domain/access/role.js';
import type { Operation } from './operation.js';

/** `public`: anybody; `viewer_or_loopback`: a program on this machine needs no token. */
export type Access = Role | 'public' | 'viewer_or_loopback';

export type Method = 'get' | 'post' | 'put' | 'delete';

export interface Route {
  method: Method;
  /** With `:name` for parameters. */
  path: string;
  access: Access;
  operation: Operation;
}
