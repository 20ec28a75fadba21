import { createHash } from 'node:crypto';
import fastify from 'fastify';
import { importJWK, type JWK, jwtVerify } from 'jose';
import { Pool } from 'pg';
import { answerParent } from '../../setting/own-process';

export interface BareGateway {
  databaseUrl: string;
  issuer: string;
  audience: string;
  key: JWK;
  connections: number;
}

const query = (table: string, names: string) => `
  SELECT ${names}, calendar_id AS "calendarId", series_id AS "seriesId", original_start AS "originalStart", starts AS start, ends AS "end", shown
  FROM ${table}
  WHERE owner_id = $1 AND NOT cancelled
    AND (extent = 'short' AND occupies_from >= $2 AND occupies_from < $3
      OR extent = 'lasting' AND occupies_until >= $2 AND occupies_from < $3)
  ORDER BY occupies_from`;

const queries = new Map([
  ['entries', query('calendar_entries', 'entry_id AS "entryId", provider_entry_id AS "providerEntryId"')],
  ['meetings', query('meetings', 'meeting_id AS "meetingId", entry_id AS "entryId", meeting_key AS "meetingKey"')],
]);

/** The floor: a Fastify route that checks the token, as often as the gateway does, and answers with the rows of one query. */
answerParent(async ({ databaseUrl, issuer, audience, key, connections }: BareGateway): Promise<string> => {
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  const publicKey = await importJWK(key, key.alg ?? 'ES256');
  const verified = new Map<string, { subject: string | undefined; expiresAt: number }>();
  const subjectOf = async (token: string): Promise<string | undefined> => {
    const name = createHash('sha256').update(token).digest('base64');
    const before = verified.get(name);
    if (before !== undefined && before.expiresAt > Date.now()) return before.subject;
    const { payload } = await jwtVerify(token, publicKey, { issuer, audience, requiredClaims: ['exp'] });
    verified.set(name, { subject: payload.sub, expiresAt: (payload.exp ?? 0) * 1_000 });
    return payload.sub;
  };
  const server = fastify();
  server.get<{ Params: { what: string; user: string }; Querystring: { from: string; to: string } }>(
    '/api/v1/calendar/:what/:user',
    async ({ headers, params: { what, user }, query: { from, to } }, reply) => {
      const text = queries.get(what);
      if (text === undefined || (await subjectOf((headers.authorization ?? '').slice(7))) !== user)
        return reply.code(404).send();
      const { rows } = await pool.query<{ shown: object }>({ name: what, text, values: [user, from, to] });
      return { items: rows.map(({ shown, ...place }) => ({ ...place, ...shown })) };
    },
  );
  return server.listen({ port: 0, host: '127.0.0.1' });
});
