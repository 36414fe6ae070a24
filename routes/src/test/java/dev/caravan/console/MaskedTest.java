package dev.caravan.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskedTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "ftp:me:geheim@host/x?passive=true | ftp:me:xxxxxx@host/x?passive=true",
        "http://me:geheim@host:80/x | http://me:xxxxxx@host:80/x",
        "aws2-s3:b?secretKey=RAW(ge&heim)&region=eu | aws2-s3:b?secretKey=xxxxxx&region=eu",
        "x:y?a=1&amp;my.apiKey2=geheim&amp;b=2 | x:y?a=1&amp;my.apiKey2=xxxxxx&amp;b=2",
        "log://x\\?marker=password%3Dgeheim | log://x\\?marker=password%3Dxxxxxx",
        "Login required username=&quot;me&quot; password=&quot;geheim&quot;; | Login required username=&quot;xxxxxx&quot; password=&quot;xxxxxx&quot;;",
        "{\"clientSecret\":\"geheim\",\"b\":1} | {\"clientSecret\":\"xxxxxx\",\"b\":1}",
        "<property key=\"my.password\" value=\"ge heim\"/> | <property key=\"my.password\" value=\"xxxxxx\"/>",
        "Bearer geheimgeheim | Bearer xxxxxx",
    })
    void aSecretIsMaskedAndWhatIsAroundItStays(String text, String masked) {
        assertEquals(masked, Masked.text(text));
    }

    @ParameterizedTest
    @CsvSource({"timer://tick?period=1000", "rest://get:/api/v1/keys", "kafka:x?brokers=127.0.0.1:9092", "a prompt: of a harbour",
        "org.apache.camel:type=context"})
    void whatIsNoSecretStays(String text) {
        assertEquals(text, Masked.text(text));
    }

    @Test
    void itLooksIntoEverythingNamesOfMembersIncluded() {
        Map<String, Object> answer = new HashMap<>();
        answer.put("x?password=geheim", new ArrayList<>(List.of(7, "token=geheim", new HashMap<>(Map.of("a", "secret=geheim")))));
        answer.put("null", null);

        Masked.in(answer);

        Map<String, Object> masked = new HashMap<>(Map.of("x?password=xxxxxx", List.of(7, "token=xxxxxx", Map.of("a", "secret=xxxxxx"))));
        masked.put("null", null);
        assertEquals(masked, answer);
    }
}
