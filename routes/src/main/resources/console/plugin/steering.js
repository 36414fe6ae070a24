import { h, lib } from './libraries.js';
import { call } from './beans.js';

/** A field to send a prompt, and a choice of source where there is one to choose. */
export function Steering({ session, refresh }) {
  const { Button, Flex, FlexItem, FormSelect, FormSelectOption, TextInput } = lib.core;
  const [text, setText] = lib.React.useState('');
  const send = async (event) => {
    event.preventDefault();
    if (await call(session, 'sendPrompt(java.lang.String)', [text], 'The prompt is used from the next chunk on')) {
      setText('');
    }
    refresh();
  };
  const choose = async (name) => {
    await call(session, 'switchSource(java.lang.String)', [name], name ? `${name} is used` : 'The newest source is used');
    refresh();
  };
  const prompt = h('form', { onSubmit: send },
    h(Flex, { columnGap: { default: 'columnGapSm' }, flexWrap: { default: 'nowrap' } },
      h(FlexItem, { grow: { default: 'grow' } },
        h(TextInput, { value: text, onChange: (event, value) => setText(value), 'aria-label': `New prompt for session ${session.Id}`,
          placeholder: 'New prompt', 'data-field': 'new-prompt' })),
      h(FlexItem, null, h(Button, { type: 'submit', variant: 'primary', isDisabled: !text.trim(), 'data-action': 'prompt' }, 'Send'))));
  const source = session.Sources.length > 0 && h(FormSelect, {
    value: session.ActiveSource ?? '', onChange: (event, value) => choose(value), 'aria-label': `Source of session ${session.Id}`,
    'data-field': 'choose-source' },
    h(FormSelectOption, { key: '', value: '', label: 'Newest source' }),
    session.Sources.map((name) => h(FormSelectOption, { key: name, value: name, label: name })));
  return h(Flex, { columnGap: { default: 'columnGapMd' } },
    h(FlexItem, { grow: { default: 'grow' } }, prompt),
    source && h(FlexItem, { style: { minWidth: '14rem' } }, source));
}
