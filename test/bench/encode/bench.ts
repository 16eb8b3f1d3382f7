import { defineBench } from '../harness/bench.js';
import { segmented, whole } from './against-plain.js';
import { scan } from './scan-videos.js';
import { ffmpegVersion, openEncodeStage } from './stage.js';

/** Media jobs against plain FFmpeg, and what the library and a full database cost them. */
export const encodeBench = defineBench({
  name: 'encode',
  summary: 'What media jobs cost: encodes against plain FFmpeg, pause, cancel, takeover, scans, thumbnails',
  open: async () => {
    const stage = await openEncodeStage();
    return { stage, machine: { ffmpeg: await ffmpegVersion() }, close: stage.close };
  },
  parts: [whole, segmented, scan],
});
