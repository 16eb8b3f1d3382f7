import { defineBench } from '../harness/bench.js';
import { segmented, whole } from './against-plain.js';
import { cancelDelay, pauseDelay } from './delays.js';
import { million } from './million.js';
import { pauseResume } from './pause-resume.js';
import { scan } from './scan-videos.js';
import { ffmpegVersion, openEncodeStage } from './stage.js';
import { takeover } from './takeover.js';
import { thumbnails } from './thumbnails.js';

/** Media jobs against plain FFmpeg, and what the library and a full database cost them. */
export const encodeBench = defineBench({
  name: 'encode',
  summary: 'What media jobs cost: encodes against plain FFmpeg, pause, cancel, takeover, scans, thumbnails',
  open: async () => {
    const stage = await openEncodeStage();
    return { stage, machine: { ffmpeg: await ffmpegVersion() }, close: stage.close };
  },
  parts: [whole, segmented, pauseResume, pauseDelay, cancelDelay, takeover, scan, thumbnails, million],
});
