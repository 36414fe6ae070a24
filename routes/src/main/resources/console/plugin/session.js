import { h, lib } from './libraries.js';
import { call } from './beans.js';
import { Steering } from './steering.js';

const COLOURS = { streaming: 'green', paused: 'orange', opening: 'blue', closing: 'grey', closed: 'grey' };

/** One live session: its picture, its figures, and what can be done with it. */
export function SessionCard({ session, tick, refresh }) {
  const { Card, CardBody, CardFooter, CardHeader, CardTitle, Flex, FlexItem, Label } = lib.core;
  return h(Card, { isCompact: true, 'data-session': session.Id },
    h(CardHeader, { actions: { actions: h(Actions, { session, refresh }), hasNoOffset: true } },
      h(CardTitle, null,
        h(Flex, { columnGap: { default: 'columnGapSm' } },
          h(FlexItem, null, session.Id),
          h(FlexItem, null, h(Label, { isCompact: true, color: COLOURS[session.State] ?? 'grey', 'data-field': 'state' }, session.State)),
          ...session.Pipelines.map((name, i) => h(FlexItem, { key: i }, h(Label, { isCompact: true, variant: 'outline' }, name)))))),
    h(CardBody, null,
      h('div', { style: { display: 'grid', gridTemplateColumns: '15rem minmax(0, 1fr)', gap: 'var(--pf-t--global--spacer--lg)' } },
        h(Thumbnail, { session, tick }),
        h(Figures, { session }))),
    h(CardFooter, null, h(Steering, { session, refresh })));
}

/** The newest picture, anew every other second; a session that rests keeps its last one and is not woken by a look at it. */
function Thumbnail({ session, tick }) {
  const { useEffect, useState } = lib.React;
  const [turn, setTurn] = useState(0);
  const [shown, setShown] = useState(false);
  const running = session.State === 'streaming' && session.FramesOut > 0;
  useEffect(() => {
    if (running && tick % 2 === 0) {
      setTurn(tick);
    }
  }, [running, tick]);
  const frame = {
    aspectRatio: '16 / 9', width: '100%', borderRadius: 'var(--pf-t--global--border--radius--small)', overflow: 'hidden',
    background: 'var(--pf-t--global--background--color--secondary--default)', display: 'flex', alignItems: 'center', justifyContent: 'center',
  };
  const picture = turn > 0 && h('img', {
    src: `/hawtio/frames/${encodeURIComponent(session.Id)}?t=${turn}`,
    alt: `Newest picture of session ${session.Id}`,
    style: { width: '100%', height: '100%', objectFit: 'contain', display: shown ? 'block' : 'none' },
    onLoad: () => setShown(true),
    onError: () => setShown(false),
  });
  return h('div', { style: frame }, picture, !shown && h('small', null, 'no picture yet'));
}

/** The prompt has a line of its own: it is as long as its author likes. */
function Figures({ session }) {
  return h('div', { style: { display: 'grid', gap: 'var(--pf-t--global--spacer--md)', alignContent: 'start' } },
    h(Facts, { columns: '1Col', facts: [['Prompt', session.Prompt || '\u2013', 'prompt']] }),
    h(Facts, { columns: '2Col', facts: [
      ['Frames per second', `${session.FpsIn} in, ${session.FpsOut} out`, 'fps'],
      ['Frames', `${session.FramesIn} in, ${session.FramesOut} out`, 'frames'],
      ['Latency', latency(session), 'latency'],
      ['Dropped', counts(session.Dropped) || 'none', 'dropped'],
      ['Source', sources(session), 'source'],
      ['Viewers', String(session.Viewers.length), 'viewers'],
      ['Size', session.Width ? `${session.Width} \u00d7 ${session.Height}` : '\u2013', 'size'],
      ['Running for', duration(session.ElapsedSeconds), 'elapsed'],
    ] }));
}

function Facts({ facts, columns }) {
  const { DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } = lib.core;
  return h(DescriptionList, { isCompact: true, isHorizontal: true, columnModifier: { default: '1Col', lg: columns },
    horizontalTermWidthModifier: { default: '9rem' } },
    facts.map(([term, text, field]) => h(DescriptionListGroup, { key: field },
      h(DescriptionListTerm, null, term),
      h(DescriptionListDescription, { 'data-field': field, style: { overflowWrap: 'anywhere' } }, text))));
}

function Actions({ session, refresh }) {
  const { Button, Modal, ModalBody, ModalFooter, ModalHeader } = lib.core;
  const [asking, setAsking] = lib.React.useState(false);
  const act = async (operation, done) => {
    await call(session, operation, [], done);
    refresh();
  };
  const paused = session.State === 'paused';
  const stop = () => {
    setAsking(false);
    act('stop()', `Session ${session.Id} ends`);
  };
  return h(lib.React.Fragment, null,
    h(Button, { variant: 'secondary', size: 'sm', 'data-action': paused ? 'resume' : 'pause',
      onClick: () => (paused ? act('resume()', `Session ${session.Id} goes on`) : act('pause()', `Session ${session.Id} rests`)) },
      paused ? 'Resume' : 'Pause'),
    ' ',
    h(Button, { variant: 'danger', size: 'sm', 'data-action': 'stop', onClick: () => setAsking(true) }, 'Stop'),
    h(Modal, { isOpen: asking, variant: 'small', onClose: () => setAsking(false), 'aria-labelledby': 'caravan-stop' },
      h(ModalHeader, { title: `Stop session ${session.Id}?`, labelId: 'caravan-stop' }),
      h(ModalBody, null, 'Its peers are disconnected. This cannot be undone.'),
      h(ModalFooter, null,
        h(Button, { variant: 'danger', 'data-action': 'stop-really', onClick: stop }, 'Stop'),
        h(Button, { variant: 'link', onClick: () => setAsking(false) }, 'Cancel'))));
}

function latency(session) {
  const chunk = session.LastChunkMillis > 0 ? `${session.LastChunkMillis} ms a chunk` : '\u2013';
  const stages = Object.entries(session.StageMillis ?? {}).map(([stage, millis]) => `${stage} ${millis} ms`);
  return stages.length ? `${chunk} (${stages.join(', ')})` : chunk;
}

function counts(dropped) {
  return Object.entries(dropped ?? {}).map(([cause, frames]) => `${frames} ${cause.replaceAll('_', ' ')}`).join(', ');
}

function sources(session) {
  const others = session.Sources.filter((name) => name !== session.ActiveSource);
  const active = session.ActiveSource ?? (session.Mode === 'text' ? 'none: it generates freely' : 'none');
  return others.length ? `${active} (also ${others.join(', ')})` : active;
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  const pad = (number) => String(number).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}
