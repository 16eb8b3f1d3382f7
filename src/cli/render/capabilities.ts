import type { CapabilitiesAnswer } from '../capability-answers.js';
import { formatTable } from './table.js';

type Worker = CapabilitiesAnswer['workers'][number];
type Encoder = Worker['encoders'][number];

export function capabilityLines({ workers }: CapabilitiesAnswer, width: number | undefined): string[] {
  if (workers.length === 0)
    return ['No worker is alive that encodes. "longplay up" or "longplay worker gpu" starts one.'];
  return workers.flatMap((worker, index) => [...(index === 0 ? [] : ['']), ...linesOf(worker, width)]);
}

function linesOf({ worker, host, encoders, quarantine }: Worker, width: number | undefined): string[] {
  return [
    `${worker} on ${host}`,
    ...(quarantine === null ? [] : [`Its card is not used until ${quarantine.until}: ${quarantine.reason}`]),
    ...formatTable({
      width,
      columns: [
        { title: 'ENCODER' },
        { title: 'DEVICE' },
        { title: 'USABLE' },
        { title: 'DECODES' },
        { title: 'WHY NOT' },
      ],
      rows: encoders.map((one) => [
        one.name,
        one.device ?? '',
        one.usable ? 'yes' : 'no',
        decoded(one),
        one.reason ?? '',
      ]),
    }),
  ];
}

function decoded({ decoders }: Encoder): string {
  const names = decoders
    .filter(({ usable }) => usable)
    .map(({ codec, bitDepth }) => (bitDepth === 8 ? codec : `${codec} (${bitDepth} bit)`));
  return [...new Set(names)].join(', ');
}
