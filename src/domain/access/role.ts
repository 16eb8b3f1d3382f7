/** Who may do what: each role may do all that the ones before it may (design §6). */
export const ROLES = ['viewer', 'operator', 'super_admin'] as const;

export type Role = (typeof ROLES)[number];

export function roleCovers(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
