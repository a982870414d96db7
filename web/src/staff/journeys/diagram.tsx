import { Paper, Text, useComputedColorScheme } from '@mantine/core';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import { diagramOf } from '../../../../bots/journeys/diagram.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Section } from '../../parts/section.tsx';
import classes from './diagram.module.css';
import { useRules } from './rules.ts';

/** A definition as a drawing; the words beside it say the same to who cannot see it. */
export function Diagram({ plan }: { readonly plan: PlanDefinition }): JSX.Element {
  const { t } = useTranslation('definitions');
  const scheme = useComputedColorScheme('light');
  const rules = useRules();
  const text = diagramOf({ ...readDefinition(plan).definition, source: { ...plan, title: undefined } }, rules.diagram);
  const drawn = useQuery({
    queryKey: ['PlanDefinition', 'diagram', text, scheme],
    queryFn: () => draw(text, scheme),
    staleTime: Infinity,
    placeholderData: (former) => former,
  });
  return (
    <Section title={t('diagram')}>
      <Loaded query={drawn} lines={6}>
        {(svg) => (
          <Paper
            withBorder
            p="xs"
            role="img"
            aria-label={t('drawing')}
            className={classes.drawing}
            dangerouslySetInnerHTML={{ __html: svg }}
          />
        )}
      </Loaded>
      <Text size="xs" c="dimmed">
        {t('drawingHint')}
      </Text>
    </Section>
  );
}

/** Words on these grounds have the contrast that WCAG asks for; Mermaid's own dark theme has not. */
const COLOURS = {
  light: {
    primaryColor: '#f1f3f5',
    primaryTextColor: '#212529',
    primaryBorderColor: '#868e96',
    lineColor: '#495057',
    textColor: '#212529',
    edgeLabelBackground: '#ffffff',
  },
  dark: {
    darkMode: true,
    background: '#242424',
    primaryColor: '#2e2e2e',
    primaryTextColor: '#f1f3f5',
    primaryBorderColor: '#868e96',
    lineColor: '#adb5bd',
    textColor: '#f1f3f5',
    edgeLabelBackground: '#242424',
  },
} as const;

/** Each drawing has an id of its own: Mermaid takes one of the same id out of the page, and measures in it. */
let drawings = 0;

/** Mermaid is large, and loaded when something is drawn. Titles cannot change the drawing: `diagramOf` writes them so. */
async function draw(text: string, scheme: 'light' | 'dark'): Promise<string> {
  const { default: mermaid } = await import('mermaid');
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'antiscript',
    theme: 'base',
    themeVariables: COLOURS[scheme],
    flowchart: { useMaxWidth: true, rankSpacing: 30, nodeSpacing: 30, wrappingWidth: 320 },
  });
  const { svg } = await mermaid.render(`diagram-${++drawings}`, text);
  return svg;
}
