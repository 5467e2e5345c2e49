// An OpenID Connect provider for the tests. Whoever signs in types "subject|e-mail|name" as the login: the provider
// vouches for exactly that. It signs with a key of its own that is new at each start.
//
// Playwright starts and ends it like the server itself, see ../server.mjs.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

const port = Number(process.env.OIDC_PORT);
const site = process.env.SITE ?? '';
if (!port || !site) {
  console.error('OIDC_PORT must name a port and SITE the address of the site.');
  process.exit(2);
}

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'parsimony',
      client_secret: process.env.OIDC_SECRET,
      redirect_uris: [`${site}/sign-in/organisation/callback`],
    },
  ],
  claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
  conformIdTokenClaims: false,
  cookies: { keys: [randomUUID()] },
  jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, accountId) => {
    const [, email, name] = accountId.split('|');
    return { accountId, claims: () => ({ sub: accountId, email, name }) };
  },
});
const server = provider.listen(port, '127.0.0.1');
server.on('error', (error) => {
  console.error(`The provider: ${error.message}`);
  process.exit(1);
});
process.stdin.on('end', () => process.exit(0)).resume();
