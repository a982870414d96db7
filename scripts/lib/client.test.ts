import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tooManyRequests } from '@medplum/core';
import { signIn } from './client.ts';

/** What Medplum says of a used-up quota, to the first three requests. */
const USED_UP = {
  ...tooManyRequests,
  issue: [{ ...tooManyRequests.issue[0], diagnostics: '{"_remainingPoints":0,"_msBeforeNext":300,"limit":50000}' }],
};
let refused = 0;
const server = createServer(({ url, headers }, response) => {
  response.setHeader('content-type', 'application/fhir+json');
  if (url === '/oauth2/token') {
    const claims = Buffer.from(JSON.stringify({ exp: 4_000_000_000, login_id: '1', client_id: 'a' })).toString(
      'base64url',
    );
    response.end(JSON.stringify({ access_token: `e30.${claims}.x`, token_type: 'Bearer', expires_in: 3600 }));
  } else if (url?.startsWith('/auth/me')) {
    response.end(JSON.stringify({ project: {}, membership: {}, profile: {}, config: {} }));
  } else if (refused < 3) {
    refused++;
    response.statusCode = 429;
    response.setHeader('RateLimit', ['"requests";r=59998;t=52', '"fhirInteractions";r=0;t=1']);
    response.end(JSON.stringify(USED_UP));
  } else {
    response.end(JSON.stringify({ resourceType: 'Patient', id: '1', active: headers.authorization !== undefined }));
  }
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

test('a used-up quota is waited for, as long as the server says', async () => {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const medplum = await signIn({ baseUrl, clientId: 'a', clientSecret: 'b' });
  const asked = performance.now();
  expect(await medplum.readResource('Patient', '1')).toMatchObject({ active: true });
  expect([refused, performance.now() - asked >= 900]).toEqual([3, true]);
});
