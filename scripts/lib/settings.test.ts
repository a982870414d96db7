import { describe, expect, test } from '@jest/globals';
import { SettingsError } from './args.ts';
import { readCredentials, readSettings } from './settings.ts';

describe('readSettings', () => {
  test('needs nothing', () => {
    expect(readSettings({})).toMatchObject({ host: '127.0.0.1', port: 8103, demo: true, quota: false, secrets: {} });
  });

  test('takes what is set', () => {
    const env = {
      PORT: '9000',
      HOST: '0.0.0.0',
      CARELINE_DEMO: '0',
      PUBLIC_BASE_URL: 'https://fhir.example.com',
      APP_BASE_URL: 'https://clinic.example.com',
      CARELINE_ORIGINS: 'https://clinic.example.com, http://127.0.0.1:3000',
      MEDPLUM_CLIENT_ID: 'id',
      MEDPLUM_CLIENT_SECRET: 'secret',
      CLINIC_TIMEZONE: 'Europe/Berlin',
      UNRELATED: 'x',
    };
    expect(readSettings(env)).toMatchObject({
      port: 9000,
      host: '0.0.0.0',
      demo: false,
      publicBaseUrl: 'https://fhir.example.com/',
      appBaseUrl: 'https://clinic.example.com/',
      allowedOrigins: ['https://clinic.example.com', 'http://127.0.0.1:3000'],
      adminClient: { id: 'id', secret: 'secret' },
      secrets: { PUBLIC_BASE_URL: 'https://fhir.example.com', CLINIC_TIMEZONE: 'Europe/Berlin' },
    });
  });

  test.each([
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ CARELINE_DEMO: 'no' }, 'CARELINE_DEMO'],
    [{ CARELINE_QUOTA: 'on' }, 'CARELINE_QUOTA'],
    [{ PUBLIC_BASE_URL: 'fhir.example.com' }, 'PUBLIC_BASE_URL'],
    [{ CARELINE_ORIGINS: 'clinic.example.com' }, 'CARELINE_ORIGINS'],
    [{ MEDPLUM_CLIENT_ID: 'id' }, 'MEDPLUM_CLIENT_SECRET'],
  ])('%j is one clear line', (env, name) => {
    expect(() => readSettings(env)).toThrow(SettingsError);
    expect(() => readSettings(env)).toThrow(name);
  });
});

describe('readCredentials', () => {
  const nowhere = { CARELINE_DATA: '/nonexistent' };

  test('takes the client from the environment', () => {
    const env = { ...nowhere, MEDPLUM_CLIENT_ID: 'id', MEDPLUM_CLIENT_SECRET: 'secret' };
    expect(readCredentials(env, 'http://localhost:8103')).toEqual({
      baseUrl: 'http://localhost:8103/',
      clientId: 'id',
      clientSecret: 'secret',
    });
  });

  test('says what is missing', () => {
    expect(() => readCredentials(nowhere)).toThrow('--base-url');
    expect(() => readCredentials(nowhere, 'http://localhost:8103')).toThrow('MEDPLUM_CLIENT_ID');
    expect(() => readCredentials(nowhere, 'ftp://localhost')).toThrow('--base-url');
  });
});
