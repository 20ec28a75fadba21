import { connect } from 'node:net';
import { answerParent } from '../../setting/own-process';

export interface ReadLoad {
  url: string;
  /** Asked in turn. */
  questions: readonly { path: string; token: string }[];
  connections: number;
  forMs: number;
}

export interface Answers {
  answered: number;
  bytes: number;
  seconds: number;
  /** Of each question, in milliseconds, until its answer was there. */
  latencies: number[];
}

/** Keeps so many connections busy, each with one question after the other. */
answerParent(async ({ url, questions, connections, forMs }: ReadLoad): Promise<Answers> => {
  const { hostname, port } = new URL(url);
  const requests = questions.map(({ path, token }) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`),
  );
  const answers: Answers = { answered: 0, bytes: 0, seconds: 0, latencies: [] };
  let next = Math.floor(Math.random() * requests.length);
  const began = performance.now();
  const end = began + forMs;
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ port: Number(port), host: hostname, noDelay: true });
          const answer = new AnswerReader();
          let sentAt = 0;
          const ask = () => {
            if (performance.now() >= end) {
              socket.removeAllListeners('close').destroy();
              return resolve();
            }
            sentAt = performance.now();
            socket.write(requests[next++ % requests.length]!);
          };
          socket.once('connect', ask);
          socket.once('error', reject);
          socket.once('close', () => reject(new Error('the connection was closed')));
          socket.on('data', (chunk: Buffer) => {
            const whole = answer.take(chunk);
            if (whole === undefined) return;
            if (whole.status !== 200) {
              socket.destroy();
              return reject(new Error(`a question was answered ${whole.status}`));
            }
            answers.answered += 1;
            answers.bytes += whole.bytes;
            answers.latencies.push(performance.now() - sentAt);
            ask();
          });
        }),
    ),
  );
  answers.seconds = (performance.now() - began) / 1_000;
  return answers;
});

/** Follows an answer as far as needed to know its status and its end; the body is counted, not read. */
class AnswerReader {
  private head = '';
  private status = 0;
  private left: number | undefined;
  private bytes = 0;

  take(chunk: Buffer): { status: number; bytes: number } | undefined {
    let body = chunk.length;
    if (this.left === undefined) {
      const before = this.head.length;
      this.head += chunk.toString('latin1');
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      this.status = Number(this.head.slice(9, 12));
      this.left = this.bytes = Number(/content-length: (\d+)/i.exec(this.head.slice(0, end))?.[1] ?? 0);
      body = before + chunk.length - (end + 4);
    }
    this.left -= body;
    if (this.left > 0) return undefined;
    const whole = { status: this.status, bytes: this.bytes };
    this.head = '';
    this.left = undefined;
    return whole;
  }
}
