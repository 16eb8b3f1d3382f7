/** https://grpc.io/docs/guides/status-codes/ */
export const NOT_FOUND = 5;
export const PERMISSION_DENIED = 7;
export const UNIMPLEMENTED = 12;

/** The status of a failed call, which the SDK gives a class of its own in some of its calls only. */
export function grpcStatusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
