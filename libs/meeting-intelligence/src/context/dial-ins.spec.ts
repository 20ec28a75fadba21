import { SoughtText } from '../text/sought-text';
import { writtenCodes } from './codes';
import { dialInOf, dialInsInText } from './dial-ins';

const told = (text: string, hasLink = true) => {
  const sought = new SoughtText(text);
  return dialInsInText(sought, [], () => writtenCodes(sought), hasLink);
};

describe('Ways to dial in', () => {
  it('are an entry point’s, with its number as dialled', () => {
    expect(
      dialInOf({
        type: 'phone',
        uri: 'tel:+1-575-555-0143',
        label: '+1 575-555-0143',
        pin: '264815973',
        regionCode: 'US',
      }),
    ).toEqual({
      kind: 'phone',
      uri: 'tel:+1-575-555-0143',
      number: '+15755550143',
      pin: '264815973',
      label: '+1 575-555-0143',
      regionCode: 'US',
    });
    expect(dialInOf({ type: 'sip', uri: 'sip:1@example.com' })).toEqual({ kind: 'sip', uri: 'sip:1@example.com' });
    expect(dialInOf({ type: 'video', uri: 'https://example.com' })).toBeUndefined();
  });

  it.each([
    ['Zoom’s one tap', '+13017158592,,81234567890#,,,,*123456# US', '+13017158592', '81234567890'],
    ['Teams', '+49 30 2238 9000,,577625161# Germany', '+493022389000', '577625161'],
    [
      'a bridge with its code in the next line',
      'Dial-in: +1 (866) 555-0133\nAccess code: 7712044#',
      '+18665550133',
      '7712044',
    ],
    ['Meet’s block', 'Or dial: (US) +1 361-555-0147 PIN: 123 456 789#', '+13615550147', '123456789'],
  ])('are read in %s', (_name, text, number, code) => {
    const [dialIn] = told(text);
    expect(dialIn).toMatchObject({ kind: 'phone', number });
    expect([dialIn!.accessCode, dialIn!.pin]).toContain(code);
  });

  it('are every number of a list, with the code that is told once', () => {
    expect(
      told('Dial by your location\n• +1 301 715 8592 US\n• +49 69 7104 9922 Germany\nMeeting ID: 812 3456 7890'),
    ).toEqual([
      { kind: 'phone', uri: 'tel:+13017158592', number: '+13017158592', accessCode: '81234567890' },
      { kind: 'phone', uri: 'tel:+496971049922', number: '+496971049922', accessCode: '81234567890' },
    ]);
  });

  it('are video systems’ too', () => {
    expect(told('Join by SIP\n81234567890@zoomcrc.com\nJoin by H.323\n162.255.37.11 (US West)')).toEqual([
      { kind: 'sip', uri: 'sip:81234567890@zoomcrc.com' },
      { kind: 'h323', uri: 'h323:162.255.37.11' },
    ]);
  });

  it('are not the numbers of people', () => {
    expect(told('Best regards\nAnn Lee\n+1 212 555 0100\nann@webex.com')).toEqual([]);
    expect(told('Confirm, or call +1 310 555 0120', false)).toEqual([]);
    expect(told('Order 4711-0815-123456, 2026-11-30')).toEqual([]);
  });
});
