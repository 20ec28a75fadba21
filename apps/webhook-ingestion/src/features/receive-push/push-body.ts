import type { FastifyInstance } from 'fastify';

/**
 * A push has no body, yet it may come with a content type, and one that no parser knows (`application/json; utf-8`):
 * answering that with a 4xx would lose it for good. So no type is looked at, and what is there is read and dropped.
 */
export function ignorePushBodies(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'POST') delete request.raw.headers['content-type'];
    done();
  });
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined));
}
