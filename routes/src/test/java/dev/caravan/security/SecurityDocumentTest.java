package dev.caravan.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.Option;
import dev.caravan.config.OptionSpec;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code SECURITY.md} says is so. */
class SecurityDocumentTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| (nothing|metrics|viewer|producer|operator)(?:, [^|]*)? \\| (GET|POST|PUT|PATCH|DELETE|any) \\| ([^|]*) \\|$");
    /** Without what follows the paths of a row in words. */
    private static final Pattern PATHS = Pattern.compile("\\G`(/[^`]*)` ?");

    private static String text;

    @BeforeAll
    static void read() throws IOException {
        text = Files.readString(ROOT.resolve("SECURITY.md"));
    }

    @Test
    void theTableOfRolesIsTheOneTheHubGoesBy() {
        List<String> said = new ArrayList<>();
        for (MatchResult row : ROW.matcher(text).results().toList()) {
            String need = row.group(1).equals("nothing") ? "open" : row.group(1);
            String method = row.group(2).equals("any") ? "*" : row.group(2);
            PATHS.matcher(row.group(3)).results().forEach(path -> said.add(need + " " + method + " " + path.group(1)));
        }
        List<String> meant = Policy.table().stream()
                .map(rule -> rule.need().name().toLowerCase(Locale.ROOT) + " " + rule.method() + " " + rule.path())
                .toList();
        assertEquals(String.join("\n", meant), String.join("\n", said));
    }

    @Test
    void everyTestItNamesIsThere() throws IOException {
        Set<String> named = all("`(\\w+Test)`");
        assertTrue(named.size() > 40, named::toString);
        Set<String> there = new TreeSet<>();
        for (String module : List.of("inference", "processors", "routes")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
                files.map(file -> file.getFileName().toString().replace(".java", "")).forEach(there::add);
            }
        }
        named.removeAll(there);
        assertEquals(Set.of(), named);
    }

    @Test
    void everyOptionItNamesCanBeSet() {
        Set<String> named = all("`--([a-z-]+)");
        named.removeAll(Stream.of(Option.values()).map(Option::key).collect(Collectors.toSet()));
        named.removeAll(Stream.of(Option.values())
                .filter(option -> option.spec().kind() == OptionSpec.Kind.SECRET)
                .map(option -> option.key() + "-file")
                .toList());
        assertEquals(Set.of(), named);
    }

    /** Whoever adds one looks for its advisories first. */
    @Test
    void everyPartOfCamelIsNamed() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String pom : List.of("processors/pom.xml", "routes/pom.xml")) {
            String dependencies = Files.readString(ROOT.resolve(pom)).replaceAll("(?s)<build>.*", "").replaceAll("(?s)<profiles>.*", "");
            for (String each : dependencies.split("<dependency>")) {
                if (!each.contains("<scope>test</scope>")) {
                    Pattern.compile("<artifactId>(camel-[a-z0-9-]+)<").matcher(each).results().forEach(found -> used.add(found.group(1)));
                }
            }
        }
        assertTrue(used.contains("camel-kafka"), used::toString);
        assertEquals(used, all("`(camel-[a-z0-9-]+)`"));
    }

    @Test
    void theVersionsItNamesAreInUse() {
        assertEquals(Set.of(new DefaultCamelContext().getVersion()), all("Camel is pinned to ([0-9.]+):"));
        Set<String> netty = Version.identify().values().stream()
                .filter(version -> version.artifactId().startsWith("netty-"))
                .map(version -> version.artifactVersion().replace(".Final", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(netty, all("Netty is pinned to ([0-9.]+) "));
    }

    private static Set<String> all(String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
