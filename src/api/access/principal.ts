import type { Role } from '../../domain/access/role.js';

/** Who asks. `id` is the token's, and scopes idempotency keys; `name` is what rows and people see. */
export interface Principal {
  id: string;
  name: string;
  role: Role | undefined;
  kind: 'api' | 'session' | 'anonymous';
  expiresAt: Date | null;
}

export const ANONYMOUS: Principal = {
  id: 'anonymous',
  name: 'anonymous',
  role: undefined,
  kind: 'anonymous',
  expiresAt: null,
};
