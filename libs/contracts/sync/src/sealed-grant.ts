import { CompactEncrypt, compactDecrypt, importJWK, type JWK } from 'jose';

/** Seals a refresh token to sync's public key, bound to one connection, so that it may cross Kafka. Compact JWE, ECDH-ES + A256GCM. */
export async function sealGrant(
  publicKey: JWK,
  grant: { connectionId: string; refreshToken: string },
): Promise<string> {
  const key = await importJWK(publicKey, 'ECDH-ES');
  return new CompactEncrypt(new TextEncoder().encode(grant.refreshToken))
    .setProtectedHeader({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      ...(publicKey.kid === undefined ? {} : { kid: publicKey.kid }),
      cnx: grant.connectionId,
    })
    .encrypt(key);
}

/** Opens what sealGrant sealed. Throws when it was sealed to another key or for another connection. */
export async function openGrant(privateKeys: JWK[], sealed: string, connectionId: string): Promise<string> {
  const { plaintext, protectedHeader } = await compactDecrypt(
    sealed,
    async ({ kid }) => {
      const found = privateKeys.find((candidate) => candidate.kid === kid);
      if (found === undefined) throw new Error('the grant was sealed to a key that is not configured');
      return importJWK(found, 'ECDH-ES');
    },
    { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] },
  );
  if (protectedHeader['cnx'] !== connectionId) throw new Error('the grant was sealed for another connection');
  return new TextDecoder().decode(plaintext);
}
