import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { loadConfig } from './config.ts';
import { startTranslations } from './i18n/index.ts';
import { Failed } from './parts/failed.tsx';
import { createClient } from './session/client.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);

Promise.all([loadConfig(), startTranslations()]).then(
  ([config]) =>
    root.render(
      <StrictMode>
        <App medplum={createClient(config)} config={config} />
      </StrictMode>,
    ),
  (thrown: unknown) => root.render(<Failed reason={thrown} />),
);
