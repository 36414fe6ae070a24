package dev.caravan.hostile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.api.Json;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an answer must not tell: the inside of the hub, the folders of its machine, a secret. */
final class Leaks {

    private static final Pattern FRAME = Pattern.compile("\\bat [\\w.$]+\\(|Caused by:|\\.java:\\d+");
    private static final Pattern CLASS = Pattern.compile("\\b(?:java|javax|jdk|sun|com|org|io|dev)\\.(?:[a-z]\\w*\\.)+[A-Z]\\w*|\\w+Exception\\b");

    private final List<String> words;

    Leaks(Path data) {
        words = Stream.of(
                        data.toString(), System.getProperty("user.dir"), System.getProperty("user.home"), System.getProperty("java.home"),
                        System.getProperty("java.io.tmpdir"), "hunter2", "root:")
                .map(word -> word.length() > 1 ? word : "\u0000")
                .toList();
    }

    /** Empty when nothing is told. */
    Optional<String> in(String text) {
        for (Pattern pattern : List.of(FRAME, CLASS)) {
            Matcher matcher = pattern.matcher(text);
            if (matcher.find()) {
                return Optional.of(matcher.group());
            }
        }
        return words.stream().filter(text::contains).findFirst();
    }

    /** A clear answer: none of the server's faults, its refusal in the contract's form, nothing told. */
    void assertNone(HttpResponse<String> answer, String what) {
        String told = answer.body() + "\n" + answer.headers().map();
        Optional<String> leak = in(told);
        assertTrue(leak.isEmpty(), () -> what + " tells '" + leak.orElse("") + "': " + shortened(told));
        int status = answer.statusCode();
        assertTrue(status < 500 || status == 503, () -> what + " -> " + status + " " + shortened(told));
        if (status >= 400) {
            assertFalse(Json.read(answer.body().getBytes(StandardCharsets.UTF_8)).path("detail").isMissingNode(), () -> what + " " + told);
        }
    }

    static String shortened(String text) {
        return text.length() < 400 ? text : text.substring(0, 400) + "... (" + text.length() + ")";
    }
}
