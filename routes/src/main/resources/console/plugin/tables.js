import { h, lib } from './libraries.js';
import { call } from './beans.js';

/** Loaded pipelines. */
export function Models({ models, hub, refresh }) {
  const { Content } = lib.core;
  const rows = models.map((model) => ({
    key: model.mbean,
    cells: [model.Id, model.Pipeline, model.State, model.Sessions.join(', ') || 'no session', model.LoadParameters, model.Notes.join(' ')],
    action: { label: 'Unload', run: () => call(model, 'unload()', [], `${model.Id} is unloaded when no session uses it`).then(refresh) },
  }));
  const loading = hub.LoadError ?? (hub.LoadState === 'loading' ? hub.LoadStage : null);
  return h(lib.React.Fragment, null,
    h(Section, { title: 'Models', columns: ['Id', 'Pipeline', 'State', 'Used by', 'Loaded with', 'Notes'], rows, none: 'Nothing is loaded' }),
    loading && h(Content, { component: 'small' }, loading));
}

/** WebRTC peers. */
export function Peers({ peers, refresh }) {
  const rows = peers.map((peer) => ({
    key: peer.mbean,
    cells: [
      peer.Id, peer.Session, peer.State, peer.Role,
      `${peer.FpsIn} fps, ${peer.KbpsIn} kbit/s${peer.CodecIn ? `, ${peer.CodecIn}` : ''}`,
      `${peer.FpsOut} fps, ${peer.KbpsOut} kbit/s${peer.CodecOut ? `, ${peer.CodecOut}` : ''}`,
      peer.RttMillis === null || peer.RttMillis === undefined ? '\u2013' : `${peer.RttMillis} ms`,
    ],
    action: { label: 'Disconnect', run: () => call(peer, 'disconnect()', [], `Peer ${peer.Id} is disconnected`).then(refresh) },
  }));
  return h(Section, { title: 'Peers', columns: ['Id', 'Session', 'State', 'Role', 'From it', 'To it', 'Round trip'], rows, none: 'Nobody is connected' });
}

function Section({ title, columns, rows, none }) {
  const { Button, Content, Title } = lib.core;
  const { Table, Tbody, Td, Th, Thead, Tr } = lib.table;
  const table = h(Table, { variant: 'compact', 'aria-label': title },
    h(Thead, null, h(Tr, null, columns.map((name) => h(Th, { key: name }, name)), h(Th, { 'aria-label': 'Action' }))),
    h(Tbody, null, rows.map((row) => h(Tr, { key: row.key },
      row.cells.map((text, i) => h(Td, { key: i, dataLabel: columns[i], modifier: 'breakWord' }, text)),
      h(Td, { isActionCell: true }, h(Button, { variant: 'link', size: 'sm', onClick: row.action.run }, row.action.label))))));
  return h(lib.React.Fragment, null,
    h(Title, { headingLevel: 'h2' }, title),
    rows.length ? table : h(Content, { component: 'small' }, none));
}
