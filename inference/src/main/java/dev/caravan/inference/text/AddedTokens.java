package dev.caravan.inference.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts that are one token wherever they stand, such as {@code </s>}: found before anything else is split. Immutable, thread-safe. */
final class AddedTokens {

    private static final Pattern WORD_AT_END = Pattern.compile("\\w\\z", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WORD_AT_START = Pattern.compile("\\A\\w", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<Character, List<Token>> byFirstCharacter = new HashMap<>();

    AddedTokens(List<Token> tokens) {
        for (Token token : tokens) {
            if (!token.content().isEmpty()) {
                byFirstCharacter.computeIfAbsent(token.content().charAt(0), _ -> new ArrayList<>()).add(token);
            }
        }
        // The longest wins; of equal ones the first.
        byFirstCharacter.values().forEach(list -> list.sort(Comparator.comparingInt((Token token) -> token.content().length()).reversed()));
    }

    /**
     * One of them.
     *
     * @param singleWord only where no letter or digit stands next to it
     * @param stripLeft  takes the white space before it along
     * @param stripRight takes the white space behind it along
     */
    record Token(String content, int id, boolean singleWord, boolean stripLeft, boolean stripRight) {}

    /** Hears the parts of a text, in order. None is empty. */
    interface Parts {
        void token(int id);

        void text(int start, int end);
    }

    void split(String text, Parts parts) {
        int done = 0;
        int at = 0;
        while (at < text.length()) {
            Token token = longestAt(text, at);
            if (token == null) {
                at++;
                continue;
            }
            int start = at;
            int end = at + token.content().length();
            at = end;
            if (token.singleWord() && touchesWord(text, start, end)) {
                continue;
            }
            while (token.stripLeft() && start > done && Whitespace.isUnicode(text.charAt(start - 1))) {
                start--;
            }
            while (token.stripRight() && end < text.length() && Whitespace.isUnicode(text.charAt(end))) {
                end++;
            }
            if (done < start) {
                parts.text(done, start);
            }
            parts.token(token.id());
            done = end;
        }
        if (done < text.length()) {
            parts.text(done, text.length());
        }
    }

    private @Nullable Token longestAt(String text, int at) {
        for (Token token : byFirstCharacter.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(token.content(), at)) {
                return token;
            }
        }
        return null;
    }

    private static boolean touchesWord(String text, int start, int end) {
        Matcher before = WORD_AT_END.matcher(text).region(Math.max(0, start - 2), start);
        return before.find() || WORD_AT_START.matcher(text).region(end, text.length()).lookingAt();
    }
}
