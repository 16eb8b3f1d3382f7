/** An NZB of one file with two articles. */
export function writeNzb(): Uint8Array {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nzb PUBLIC "-//newzBin//DTD NZB 1.1//EN" "http://www.newzbin.com/DTD/nzb/nzb-1.1.dtd">
<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb">
  <file poster="somebody &lt;a@example.org&gt;" date="1770000000" subject="Foundation [1/1] - &quot;01.mp3&quot; yEnc (1/2)">
    <groups><group>alt.binaries.test</group></groups>
    <segments><segment bytes="700000" number="1">one@example.org</segment><segment bytes="300000" number="2">two@example.org</segment></segments>
  </file>
</nzb>`);
}
