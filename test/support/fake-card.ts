import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the card does, each time that it is asked to decode or encode; `works` is a real encode by libx264. */
export type CardMood = 'works' | 'absent' | 'sessions' | 'memory' | 'gives up' | 'crashes' | 'hangs';

export interface FakeCard {
  /** To be given as FFMPEG_PATH. */
  ffmpegPath: string;
  /** Folder of its render nodes. */
  nodes: string;
  becomes: (mood: CardMood) => Promise<void>;
}

/**
 * A device layer below FFmpeg's options: this program is FFmpeg with an NVIDIA card, and one that encodes by VAAPI on
 * renderD129 alone. What needs no card goes to the real FFmpeg as it is.
 */
export async function makeFakeCard(folder: string): Promise<FakeCard> {
  await mkdir(path.join(folder, 'dri'), { recursive: true });
  for (const node of ['card0', 'renderD128', 'renderD129'])
    await writeFile(path.join(folder, 'dri', node), '');
  const ffmpegPath = path.join(folder, 'ffmpeg-with-card');
  const mood = path.join(folder, 'mood');
  const real = execFileSync('which', ['ffmpeg'], { encoding: 'utf8' }).trim();
  await writeFile(mood, 'works');
  await writeFile(ffmpegPath, script({ mood, real }));
  await chmod(ffmpegPath, 0o755);
  return { ffmpegPath, nodes: path.join(folder, 'dri'), becomes: (now) => writeFile(mood, now) };
}

/** Options of a card are left out or become x264's; what a card would refuse, this one refuses in the same words. */
function script({ mood, real }: { mood: string; real: string }): string {
  return `#!/bin/sh
card=no
for option in "$@"; do
  case "$option" in h264_nvenc|cuda|h264_vaapi) [ $card = no ] && card=yes ;; h264_qsv|qsv=*) card=qsv ;; *renderD128|vaapi=card) card=other ;; esac
done
[ $card = no ] && exec ${real} "$@"
say() { echo "$1" >&2; exit "$2"; }
[ $card = qsv ] && say '[h264_qsv @ 0x55d4] [error] Error creating a MFX session: -9.' 171
[ $card = other ] && say '[VAAPI @ 0x55d4] [error] No VA display found for device /dev/dri/renderD128.' 234
case "$(cat '${mood}')" in
  absent) say '[h264_nvenc @ 0x55d4] [error] Cannot load libcuda.so.1' 255 ;;
  sessions) say '[h264_nvenc @ 0x55d4] [error] OpenEncodeSessionEx failed: out of memory (10): (no details)' 1 ;;
  memory) say '[cuda @ 0x55d4] [error] cuMemAlloc failed -> CUDA_ERROR_OUT_OF_MEMORY: out of memory' 1 ;;
  'gives up') say '[h264_nvenc @ 0x55d4] [error] EncodePicture failed!: generic error (20): (no details)' 1 ;;
  crashes) kill -SEGV $$ ;;
  hangs) exec sleep 600 ;;
esac
count=$#
while [ "$count" -gt 0 ]; do
  option=$1; shift; count=$((count - 1))
  case "$option" in
    -hwaccel|-hwaccel_device|-hwaccel_output_format|-extra_hw_frames|-init_hw_device|-filter_hw_device|-tune|-rc|-cq|-rc-lookahead|-surfaces|-gpu|-forced-idr|-compression_level|-rc_mode|-qp|-async_depth)
      shift; count=$((count - 1)) ;;
    -preset) set -- "$@" -preset ultrafast; shift; count=$((count - 1)) ;;
    -b:v) set -- "$@" -crf 23; shift; count=$((count - 1)) ;;
    h264_nvenc|h264_vaapi) set -- "$@" libx264 ;;
    *scale_cuda=*|*scale_vaapi=*) set -- "$@" "$(echo "$option" | sed -E 's/scale_(cuda|vaapi)/scale/; s/:format=nv12/,format=yuv420p/')" ;;
    *hwupload*|*hwdownload*) set -- "$@" "$(echo "$option" | sed -E 's/,format=nv12,hwupload//; s/hwdownload,//')" ;;
    *) set -- "$@" "$option" ;;
  esac
done
exec ${real} "$@"
`;
}
