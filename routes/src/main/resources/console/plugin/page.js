import { h, lib } from './libraries.js';
import { useBeans } from './polling.js';
import { SessionCard } from './session.js';
import { Models, Peers } from './tables.js';

/** The page: the hub in one line, live sessions as cards, models and peers as tables. */
export function Page() {
  const { Alert, Content, EmptyState, EmptyStateBody, PageSection, Spinner, Stack, StackItem, Title } = lib.core;
  const { beans, trouble, tick, refresh } = useBeans();

  const warning = trouble && h(Alert, { variant: 'warning', isInline: true, title: 'The hub cannot be read', children: trouble });
  if (!beans) {
    return h(PageSection, { hasBodyWrapper: false }, warning || h(Spinner, { 'aria-label': 'Reading the hub' }));
  }
  const hub = beans.Hub[0];
  const sessions = beans.Session;
  return h(PageSection, { hasBodyWrapper: false, 'data-caravan': 'page' },
    h(Stack, { hasGutter: true },
      warning && h(StackItem, null, warning),
      h(StackItem, null,
        h(Title, { headingLevel: 'h1' }, 'Live sessions'),
        h(Content, { component: 'small' }, summary(hub, beans))),
      ...sessions.map((session) =>
        h(StackItem, { key: session.mbean }, h(SessionCard, { session, tick, refresh }))),
      !sessions.length && h(StackItem, { key: 'none' },
        h(EmptyState, { titleText: 'No session is live', headingLevel: 'h2', variant: 'sm' },
          h(EmptyStateBody, null, 'A session appears here when a browser, a Kafka producer or a route opens one.'))),
      h(StackItem, { key: 'models' }, h(Models, { models: beans.Model, hub, refresh })),
      h(StackItem, { key: 'peers' }, h(Peers, { peers: beans.Peer, refresh }))));
}

function summary(hub, beans) {
  const parts = [
    `Caravan ${hub.Version}`,
    count(beans.Session.length, 'session'),
    count(beans.Peer.length, 'peer'),
    hub.Device,
  ];
  return parts.join(' \u00b7 ');
}

function count(number, thing) {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
