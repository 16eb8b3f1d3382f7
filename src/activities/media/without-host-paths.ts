/** A text in which a host's folder of a root is named no more: what people read tells no absolute path (media.md §3.2). */
export function withoutHostPaths(text: string, hostRoot: string): string {
  return text.replaceAll(`file:${hostRoot}/`, '').replaceAll(`${hostRoot}/`, '').replaceAll(hostRoot, '…');
}
