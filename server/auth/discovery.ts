import { json } from '../http/messages.ts';
import type { OpenRoute } from '../http/router.ts';
import type { TokenKeys } from './keys.ts';

const GRANTS = ['client_credentials', 'authorization_code', 'refresh_token'];
const CLIENT_AUTHENTICATION = ['client_secret_basic', 'client_secret_post'];
const CHALLENGES = ['S256', 'plain'];

/** Where clients look how to sign in, and with which key tokens are checked. */
export function discoveryRoutes(baseUrl: string, keys: TokenKeys): OpenRoute[] {
  const get = (path: string, body: () => unknown): OpenRoute => ({
    method: 'GET',
    path,
    handle: async () => json(200, body()),
  });
  const documents: [string, () => unknown][] = [
    ['jwks.json', () => keys.jwks()],
    ['openid-configuration', () => openidConfiguration(baseUrl)],
    ['oauth-authorization-server', () => openidConfiguration(baseUrl)],
    ['smart-configuration', () => smartConfiguration(baseUrl)],
    ['smart-styles.json', () => SMART_STYLES],
  ];
  // Below the FHIR address too: that is the one that SMART apps know.
  return [
    ...documents.map(([name, body]) => get(`/.well-known/${name}`, body)),
    ...documents
      .filter(([name]) => name.startsWith('smart-'))
      .map(([name, body]) => get(`/fhir/R4/.well-known/${name}`, body)),
  ];
}

function endpoints(baseUrl: string): Record<string, string> {
  return {
    issuer: `${baseUrl}/`,
    authorization_endpoint: `${baseUrl}/oauth2/authorize`,
    token_endpoint: `${baseUrl}/oauth2/token`,
    jwks_uri: `${baseUrl}/.well-known/jwks.json`,
    introspection_endpoint: `${baseUrl}/oauth2/introspect`,
  };
}

function openidConfiguration(baseUrl: string): Record<string, unknown> {
  return {
    ...endpoints(baseUrl),
    userinfo_endpoint: `${baseUrl}/oauth2/userinfo`,
    end_session_endpoint: `${baseUrl}/oauth2/logout`,
    id_token_signing_alg_values_supported: ['ES256'],
    grant_types_supported: GRANTS,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    scopes_supported: ['openid', 'profile', 'email', 'phone', 'address', 'offline_access'],
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    request_object_signing_alg_values_supported: ['none'],
    code_challenge_methods_supported: CHALLENGES,
  };
}

function smartConfiguration(baseUrl: string): Record<string, unknown> {
  return {
    ...endpoints(baseUrl),
    grant_types_supported: GRANTS,
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    scopes_supported: [
      ...['patient/*.rs', 'user/*.cruds', 'openid', 'fhirUser', 'launch', 'launch/patient'],
      ...['offline_access', 'online_access'],
    ],
    response_types_supported: ['code'],
    capabilities: [
      ...['authorize-post', 'permission-v1', 'permission-v2', 'client-confidential-symmetric', 'client-public'],
      ...['context-banner', 'context-ehr-patient', 'context-ehr-encounter', 'context-style', 'launch-ehr'],
      ...['launch-standalone', 'permission-offline', 'permission-patient', 'permission-user', 'sso-openid-connect'],
    ],
    code_challenge_methods_supported: ['S256'],
  };
}

/** Colours and type that a SMART app may take over. */
const SMART_STYLES = {
  color_background: '#ffffff',
  color_error: '#b3261e',
  color_highlight: '#0b6e4f',
  color_modal_backdrop: '',
  color_success: '#2e7d32',
  color_text: '#1c1b1f',
  dim_border_radius: '6px',
  dim_font_size: '14px',
  dim_spacing_size: '16px',
  font_family_body: "system-ui, 'Segoe UI', Roboto, sans-serif",
  font_family_heading: "system-ui, 'Segoe UI', Roboto, sans-serif",
} as const;
