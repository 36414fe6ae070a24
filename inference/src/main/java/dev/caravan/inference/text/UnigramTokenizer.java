package dev.caravan.inference.text;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A unigram tokenizer as its file describes it: added tokens are cut out, the rest is normalized, split into words and each word into the
 * most probable pieces; the template's tokens are set before and behind. Immutable, thread-safe.
 *
 * @param verbatim      tokens found in the text as it is
 * @param normalizer    rewrites what lies between them
 * @param afterwards    tokens found in the normalized text
 * @param preTokenizer  splits what lies between those into words
 * @param model         splits a word into pieces
 * @param prefix        ids before every text
 * @param suffix        ids behind every text, for T5 {@code </s>}
 */
record UnigramTokenizer(AddedTokens verbatim, Normalizer normalizer, AddedTokens afterwards, PreTokenizer preTokenizer, UnigramModel model,
        List<Integer> prefix, List<Integer> suffix) implements Tokenizer {

    @Override
    public int[] encode(String cleanedPrompt, int maxTokens) {
        int room = maxTokens - prefix.size() - suffix.size();
        if (room < 0) {
            throw new IllegalArgumentException(maxTokens + " tokens have no room for the " + (prefix.size() + suffix.size())
                    + " that every text gets");
        }
        IntStream.Builder ids = IntStream.builder();
        verbatim.split(cleanedPrompt, new AddedTokens.Parts() {
            @Override
            public void token(int id) {
                ids.accept(id);
            }

            @Override
            public void text(int start, int end) {
                encodeText(normalizer.apply(cleanedPrompt.substring(start, end)), start == 0, ids);
            }
        });
        IntStream all = IntStream.concat(IntStream.concat(ids(prefix), ids.build().limit(room)), ids(suffix));
        return all.toArray();
    }

    @Override
    public int vocabulary() {
        return model.size();
    }

    private void encodeText(String normalized, boolean first, IntStream.Builder ids) {
        afterwards.split(normalized, new AddedTokens.Parts() {
            @Override
            public void token(int id) {
                ids.accept(id);
            }

            @Override
            public void text(int start, int end) {
                for (PreTokenizer.Word word : preTokenizer.split(new PreTokenizer.Word(normalized.substring(start, end),
                        first && start == 0))) {
                    model.encode(word.text(), ids);
                }
            }
        });
    }

    private static IntStream ids(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue);
    }
}
