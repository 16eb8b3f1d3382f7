import { z } from 'zod';

import type { MediaSource, SourceDuration, VideoStream } from '../../domain/media/source.js';
import { createAskFfprobe, notMedia, type AskFfprobe, type FfprobeOptions } from '../ffprobe.js';
import { countPackets, readEnds } from './ends.js';
import { isFastStart } from './fast-start.js';
import { sourceOutput, type SourceOutput, type StreamOutput } from './output.js';
import { describeAudio, describeOther, describeSubtitle, describeVideo, findPlaying } from './streams.js';

export type DescribeSource = (hostPath: string, signal: AbortSignal) => Promise<MediaSource>;

const QUESTIONS = ['-show_format', '-show_streams', '-show_chapters'] as const;

/**
 * Describes one video file as plans need it (media.md §3.3), its true end included, which is read from the file and
 * not believed. Two ffprobes; a third that reads the whole file where its end cannot be read.
 * @throws as AskFfprobe.
 */
export function createDescribeSource(options: FfprobeOptions): DescribeSource {
  const ask = createAskFfprobe(options);
  return async (hostPath, signal) => {
    const parsed = sourceOutput.safeParse(await ask(hostPath, QUESTIONS, signal));
    if (!parsed.success) throw notMedia(hostPath, z.prettifyError(parsed.error));
    return describe(ask, { output: parsed.data, hostPath, signal });
  };
}

interface Described {
  output: SourceOutput;
  hostPath: string;
  signal: AbortSignal;
}

async function describe(ask: AskFfprobe, { output, hostPath, signal }: Described): Promise<MediaSource> {
  const { format, streams } = output;
  const playing = findPlaying(streams);
  const video = playing === undefined ? null : describeVideo(playing);
  const ofType = (type: string): StreamOutput[] => streams.filter(({ codec_type }) => codec_type === type);
  const audio = ofType('audio');
  const subtitles = ofType('subtitle');
  const named = new Set([playing, ...audio, ...subtitles]);
  return {
    container: format.format_name,
    sizeBytes: format.size,
    duration: await durationOf(ask, { output, hostPath, signal, video, playing }),
    startSeconds: format.start_time ?? 0,
    bitRate: format.bit_rate ?? null,
    video,
    audio: audio.map(describeAudio),
    subtitles: subtitles.map(describeSubtitle),
    others: streams.filter((stream) => !named.has(stream)).map(describeOther),
    chapters: output.chapters.length,
    fastStart: /\bmp4\b/.test(format.format_name) ? await isFastStart(hostPath) : null,
  };
}

interface Timed extends Described {
  video: VideoStream | null;
  playing: StreamOutput | undefined;
}

async function durationOf(ask: AskFfprobe, timed: Timed): Promise<SourceDuration> {
  const { output, hostPath, signal, video, playing } = timed;
  const { format } = output;
  const start = format.start_time ?? 0;
  const told = { container: format.duration ?? null, video: playing?.duration ?? null };
  const ends = await readEnds(ask, { hostPath, container: format.format_name, signal });
  if (ends === undefined) {
    const counted = video === null ? null : await countedEnd(ask, { ...timed, video });
    return { ...told, lastVideoPacket: counted, lastPacket: counted };
  }
  const { byStream } = ends;
  const lastVideo = video === null ? undefined : byStream.get(video.index);
  return {
    ...told,
    lastVideoPacket: lastVideo === undefined ? null : lastVideo - start,
    lastPacket: Math.max(...byStream.values()) - start,
  };
}

/** Where times cannot be trusted, pictures can be counted. */
async function countedEnd(
  ask: AskFfprobe,
  { hostPath, signal, video, output }: Timed & { video: VideoStream },
): Promise<number> {
  const pictures = (await countPackets(ask, { hostPath, signal })).get(video.index) ?? 0;
  const { num, den } = video.meanFrameRate;
  return Math.max(0, video.startSeconds - (output.format.start_time ?? 0)) + (pictures * den) / num;
}
