import { describe, expect, it } from '@jest/globals';

import { previewFolder } from '../../../src/domain/acquisition/path-preview.js';

const item = { mediaType: 'audiobook', title: 'Some Book', author: 'Some Author' } as const;

describe('previewFolder', () => {
  it('tells nothing of what fits as it is', () => {
    expect(previewFolder('{author}/{series}/{title}', item)).toEqual({
      folder: 'Some Author/Some Book',
      names: [
        { wanted: 'Some Author', name: 'Some Author', changes: [] },
        { wanted: 'Some Book', name: 'Some Book', changes: [] },
      ],
      slashes: [],
    });
  });

  it.each([
    ['What? "Why": Where', 'What Why Where', ['characters']],
    [' Ends in a dot. ', 'Ends in a dot', ['characters']],
    ['con', '_con', ['reserved']],
    ['b'.repeat(300), 'b'.repeat(255), ['shortened']],
    [`${'ä'.repeat(200)}:`, 'ä'.repeat(127), ['characters', 'shortened']],
  ])('says what becomes of "%s"', (title, name, changes) => {
    const [told] = previewFolder('{title}', { ...item, title }).names;
    expect(told).toMatchObject({ name, changes });
  });

  it('tells of a part that is dropped, and of slashes that would part folders', () => {
    const { folder, names, slashes } = previewFolder('{author}/...?/{title}', { ...item, title: 'AC/DC' });
    expect(folder).toBe('Some Author/AC-DC');
    expect(names[1]).toEqual({ wanted: '...?', name: '', changes: ['dropped'] });
    expect(slashes).toEqual(['title']);
  });
});
