import { SoughtText } from '../text/sought-text';
import { writtenCodes } from './codes';

const told = (text: string) => writtenCodes(new SoughtText(text)).map(({ kind, value }) => [kind, value]);

describe('Codes in a text', () => {
  it.each([
    'Passcode: aB3$x',
    'passcode aB3$x',
    'Password = aB3$x',
    'Password is: aB3$x',
    '(pw: aB3$x)',
    'Meeting password (case sensitive): aB3$x',
    'Kenncode: aB3$x',
    'Das Passwort lautet aB3$x',
    'Code secret : aB3$x',
    'Mot de passe : aB3$x',
    'Código de acceso: aB3$x',
    'Contraseña: aB3$x',
    'Codice d’accesso: aB3$x',
    'Senha: aB3$x',
    'Toegangscode: aB3$x',
    'Kod dostępu: aB3$x',
    'Hasło: aB3$x',
    'Пароль: aB3$x',
    'パスコード：aB3$x',
    '密码：aB3$x',
    '암호: aB3$x',
    'Passcode:\n  aB3$x',
    '**Passcode:** aB3$x',
  ])('hold the passcode of %j', (text) => {
    expect(told(text)).toEqual([['passcode', 'aB3$x']]);
  });

  it.each([
    'Passcode required',
    'No password is needed',
    'Password: none',
    'The passcode will follow',
    'Wi-Fi password: seagull9',
    'Door passcode: 4711',
    'https://zoom.us/j/1?pwd=abc',
    'Passcode: https://example.com',
  ])('hold none in %j', (text) => {
    expect(told(text)).toEqual([]);
  });

  it('hold numbers as they are typed, of the meeting and of the telephone', () => {
    expect(
      told('Meeting ID: 812 3456 7890\nPhone conference ID: 577 625 161#\nPIN: 9012#\n会议号：123-456-789'),
    ).toEqual([
      ['meetingId', '81234567890'],
      ['phoneId', '577625161'],
      ['pin', '9012'],
      ['meetingId', '123456789'],
    ]);
    expect(told('Meeting number (access code): 2551 234 5678')).toEqual([['meetingId', '25512345678']]);
  });
});
