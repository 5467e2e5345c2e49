/** Where the sign-in provider of the tests listens. */
export const OIDC_PORT = '3126';

/** What the organisation is called. */
export const OIDC_NAME = 'Example Works';

/** What the site proves itself to the provider with. */
export const OIDC_SECRET = 'only-for-tests-on-this-machine';
