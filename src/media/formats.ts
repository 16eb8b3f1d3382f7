/** What libraries hold, by FFmpeg's names of containers. */
const MEDIA_FORMATS =
  'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,ogg,asf,' +
  'wav,w64,aiff,mp3,flac,aac,ac3,eac3,dts,image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,gif';

/** Texts that we write ourselves. */
export type OwnFormat = 'concat' | 'ffmetadata';

/**
 * Only files are opened, and only media: a playlist in disguise would name other files of this host, or places in the
 * net, whatever it is called (media.md R6).
 */
export function guardedInput(own: readonly OwnFormat[] = []): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', [MEDIA_FORMATS, ...own].join(',')];
}
