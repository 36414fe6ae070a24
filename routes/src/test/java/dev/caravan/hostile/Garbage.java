package dev.caravan.hostile;

import java.util.List;
import java.util.Random;

/** What nobody polite sends, the same for the same seed. */
final class Garbage {

    private static final String DEEP = "[".repeat(20_000);

    private static final List<String> SEGMENTS = List.of(
            "x", "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%c0%ae%c0%ae", "a%2fb", "a%5cb", "%25%32%65", "%F0%9F%98%80", "%E2%80%AE",
            "x".repeat(2000), "%0d%0aX-Evil:%201", "$%7Bjndi:ldap:%2f%2f127.0.0.1%2fa%7D", "%7B%7Bcaravan.data%7D%7D", ";a=b", "a;b", "'", "-1",
            "99999999999999999999", "null", "%3Cscript%3E", "*", "~", "caravan.yaml", "%20");

    private static final List<String> QUERIES = List.of(
            "", "?lines=0", "?lines=99999999999999999999", "?since_offset=-1", "?since_offset=NaN", "?quality=1e308", "?width=-1", "?width=2147483648",
            "?quality=&width=", "?lines", "?%ff=%fe", "?%00", "?a=%E2%80%AE", "?x=" + "y".repeat(1500), "?&&&===", "?maxDepth=x&maxObjects=-9",
            "?filename=..%2f..%2fx.png", "?CamelFileName=x&kafka.OVERRIDE_TOPIC=y", "?access_token=", "?access_token=%00", "?lines=1&lines=2");

    private static final List<String> TYPES = List.of(
            "application/json", "application/json; charset=utf-16", "application/json;charset=no-such", "text/plain", "application/xml",
            "application/x-java-serialized-object", "application/octet-stream", "image/png", "video/raw;format=i420", "a/b", "multipart/mixed",
            "application/x-yaml", "*/*", "application/cbor");

    private static final List<String> HEADERS = List.of(
            "Range", "If-None-Match", "If-Range", "Accept", "Accept-Encoding", "X-Forwarded-For", "X-HTTP-Method-Override", "Cookie", "Forwarded",
            "caravan-width", "caravan-height", "caravan-seq", "CamelFileName", "traceparent", "Long-Running-Action");

    private static final List<String> VALUES = List.of(
            "", "bytes=0-0,1-1,2-2", "bytes=99999999999999999999-", "bytes=-0", "\"", "W/\"x", "-1", "1e999", "gzip;q=no", "caravan-console=%00",
            "../../x", "${jndi:ldap://127.0.0.1/a}", "x".repeat(3000), "00-0-0-zz", "\u00ff\u00fe", "a=b; c=d; =");

    private static final List<String> BODIES = List.of(
            "{", "[]", "null", "7", "\"\"", "{}", "{\"a\":1}{", "\u0000", "\uFEFF{}", DEEP, "{\"a\":".repeat(5000), "{\"id\":" + "9".repeat(2000) + "}",
            "{\"id\":1e2147483647}", "{\"id\":\"\\ud800\"}", "{\"id\":\"\\u0000\"}", "{\"id\":{\"id\":[null,{}]}}", "{\"value\":7}", "{\"value\":\"\"}",
            "{\"role\":\"operator\"}", "{\"candidates\":{}}", "{\"sdp\":7,\"type\":[]}", "{\"pipeline_ids\":\"x\"}", "{\"pipeline_ids\":[\"../x\"]}",
            "{\"url\":\"file:///etc/passwd\"}", "{\"url\":\"http://127.0.0.1:1/x.safetensors\"}", "{\"nodes\":1}", "!!java.net.URL [x]", "<?xml?>",
            "{\"session\":\"a\",\"role\":\"viewer\",\"expires_in\":-1}", "{\"completed\":\"x\"}", "{\"prompts\":[[[[]]]]}", "{\"@class\":\"java.net.URL\"}");

    private final Random random;

    Garbage(long seed) {
        random = new Random(seed);
    }

    String segment() {
        return one(SEGMENTS);
    }

    String query() {
        return one(QUERIES);
    }

    String type() {
        return one(TYPES);
    }

    String header() {
        return one(HEADERS);
    }

    String value() {
        return one(VALUES);
    }

    String body() {
        return one(BODIES);
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }
}
