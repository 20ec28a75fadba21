import { meetingIdOf } from './identity';

const entryId = '6b8f7f1a-1c2e-5d43-9a55-0d6a4c7c2f10';

describe('the id of a meeting', () => {
  it('is the same for the same entry for ever: readers keep it', () => {
    expect(meetingIdOf(entryId)).toBe('08623701-83f4-5982-9859-0fe82cca81d5');
  });

  it('differs between entries, and from the id of its entry', () => {
    expect(meetingIdOf('74fbb328-fa94-54ae-8a6a-3cd515c464cb')).not.toBe(meetingIdOf(entryId));
    expect(meetingIdOf(entryId)).not.toBe(entryId);
  });
});
