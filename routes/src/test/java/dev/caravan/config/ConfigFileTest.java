package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** caravan.yaml, secrets in files, and names that nobody knows. */
class ConfigFileTest {

    @TempDir
    Path data;

    private final Properties properties = new Properties();
    private final Map<String, String> environment = new HashMap<>();
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = data.resolve("caravan.yaml");
    }

    private OptionValues values(String... flags) throws ConfigException {
        List<String> arguments = new ArrayList<>(List.of("--data=" + data));
        arguments.addAll(List.of(flags));
        return OptionValues.read(arguments, environment, properties);
    }

    private Settings settings(String... flags) throws ConfigException {
        return SettingsReader.read(values(flags));
    }

    private String refusal(String... flags) {
        String message = assertThrows(ConfigException.class, () -> settings(flags)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private void write(String... lines) throws IOException {
        Files.write(file, List.of(lines));
    }

    @Test
    void theFileBeatsTheDefaultAndEverythingElseBeatsTheFile() throws Exception {
        write("# mine", "port: 1001", "kafka-group: hub");
        assertEquals(1001, settings().server().port());
        assertEquals("hub", settings().kafka().group());
        environment.put("CARAVAN_PORT", "1002");
        assertEquals(1002, settings().server().port());
        properties.setProperty("caravan.port", "1003");
        assertEquals(1003, settings().server().port());
        assertEquals(1004, settings("--port=1004").server().port());
    }

    @Test
    void listsTogglesAndNumbersAreWrittenAsYamlHasThem() throws Exception {
        write("stand-in: [longlive=test-card, 'krea=passthrough']", "codec:", "  - vp8", "  - h264",
                "allowed-hosts: A.example, b.example", "no-browser: true", "traces-sample: 0.50",
                "traces-endpoint: \"http://localhost:4317\"", "verbose: yes", "pipeline:", "hf-token: ''");
        Settings settings = settings();
        assertEquals(Map.of("longlive", "test-card", "krea", "passthrough"), settings.pipelines().standIns());
        assertEquals(List.of("VP8", "H264"), settings.webrtc().codecs());
        assertEquals(Set.of("a.example", "b.example"), settings.server().allowedHosts());
        assertFalse(settings.browser());
        assertTrue(settings.observability().verbose());
        assertEquals(0.5, settings.observability().traces().orElseThrow().sample());
        assertEquals(Optional.empty(), settings.pipelines().preload(), "a key without a value is not set");
        assertEquals(Optional.empty(), settings.pipelines().huggingFace());
    }

    @Test
    void aFileElsewhereIsReadWhenItIsNamed() throws Exception {
        write("port: 1001");
        Path other = Files.writeString(data.resolve("other.yaml"), "port: 1005\ndata: " + data.resolve("kept") + "\n");
        assertEquals(1005, settings("--config", other.toString()).server().port());
        environment.put("CARAVAN_CONFIG", other.toString());
        assertEquals(data.resolve("kept"), SettingsReader.read(OptionValues.read(List.of(), environment, properties)).folders().data());
        assertEquals("--config: " + data.resolve("gone") + " cannot be read; name a file that is there and readable",
                refusal("--config=" + data.resolve("gone")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "max-sessions: x | caravan.yaml:2 max-sessions: 'x' cannot be used, use a whole number from 1 to 10000",
        "max_sessions: 4 | caravan.yaml:2 max_sessions: unknown key, did you mean max-sessions?",
        "tokenfile: f | caravan.yaml:2 tokenfile: unknown key, did you mean token-file?",
        "config: x | caravan.yaml:2 config is for the command line only",
        "help: true | caravan.yaml:2 help is for the command line only",
        "port: [1, 2] | caravan.yaml:2 port takes one value, not a list",
        "kafka: {port: 1} | caravan.yaml:2 kafka has settings below it: write each on a line of its own, with its whole name",
        "codec: [[VP8]] | caravan.yaml:2 codec takes a list of simple values",
        "host: !!javax.script.ScriptEngineManager x | caravan.yaml:2 host has a tag: write the value alone",
        "host: 0.0.0.0 | caravan.yaml:2 host 0.0.0.0 can be reached from other machines: set --token or --oidc-issuer as well",
        "join-token-key: short | caravan.yaml:2 join-token-key is too short: use 32 characters or more",
        "tls-key: k.pem | --tls-certificate and caravan.yaml:2 tls-key go together: set both or none",
        "host: 1.2.3.4: 5 | caravan.yaml:2: this is no YAML: mapping values are not allowed here",
        "just words | caravan.yaml:2: write one setting a line, as port: 8000",
        "- port | caravan.yaml:2: write one setting a line, as port: 8000",
        "? [a] | caravan.yaml: this is no YAML: Non scalar key is detected but it is not configured to be allowed.",
    })
    void whatIsWrongIsNamedWithItsLine(String line, String message) throws IOException {
        write("# settings", line);
        assertEquals(message, refusal());
    }

    @Test
    void aKeyTwiceIsAMistake() throws IOException {
        write("port: 1", "port: 2");
        assertEquals("caravan.yaml:2 port stands twice in this file", refusal());
    }

    @Test
    void aHostileFileIsRefusedInOneLine() throws IOException {
        Files.write(file, new byte[] {'p', 'o', 'r', 't', ':', ' ', (byte) 0xff, (byte) 0xfe});
        assertTrue(refusal().endsWith(" is no text in UTF-8"));
        Files.writeString(file, "#".repeat(300_000));
        assertTrue(refusal().contains("is longer than 256 KiB"));
        Files.writeString(file, "a: &a [" + "x,".repeat(10) + "]\nb: &b [" + "*a,".repeat(10) + "]\nc: [" + "*b,".repeat(10) + "]\n");
        assertTrue(refusal().startsWith("caravan.yaml:1 a: unknown key"));
        Files.writeString(file, "codec: &a [*a]\n");
        assertTrue(refusal().startsWith("caravan.yaml"));
        Files.writeString(file, "port: 1\n---\nport: 2\n");
        assertTrue(refusal().startsWith("caravan.yaml"));
        Files.writeString(file, "[".repeat(50_000));
        assertEquals("caravan.yaml:1: this is nested too deep: write one setting a line, as port: 8000", refusal());
        Files.delete(file);
        Files.createDirectory(file);
        assertTrue(refusal().contains("cannot be read"));
    }

    @Test
    void aSecretMayComeFromAFileOfItsOwnThroughEveryDoor() throws Exception {
        Path secret = Files.writeString(data.resolve("secret"), "  open sesame\n");
        assertEquals("open sesame", settings("--token-file", secret.toString()).security().operator().orElseThrow().value());
        properties.setProperty("caravan.token-file", secret.toString());
        assertEquals("open sesame", settings().security().operator().orElseThrow().value());
        properties.clear();
        environment.put("CARAVAN_TOKEN_FILE", secret.toString());
        assertEquals("open sesame", settings().security().operator().orElseThrow().value());
        environment.clear();
        write("token-file: " + secret);
        assertEquals("open sesame", settings().security().operator().orElseThrow().value());
        assertEquals("--token and caravan.yaml:1 token-file are both set: leave one out", refusal("--token=x"));
    }

    @Test
    void aSecretThatCannotBeReadIsSaidWithoutTheSecret() throws Exception {
        Path secret = Files.writeString(data.resolve("secret"), " \n");
        assertEquals("--token-file: " + secret + " is empty, name a file with the secret alone", refusal("--token-file=" + secret));
        Files.writeString(secret, "open sesame");
        assertFalse(refusal("--join-token-key-file=" + secret).contains("open sesame"));
        assertEquals("--token-file: /nowhere/at/all cannot be read; name a file that is there and readable",
                refusal("--token-file=/nowhere/at/all"));
    }

    @Test
    void onlySecretsAreReadFromFiles() {
        assertTrue(refusal("--port-file=x").startsWith("unknown option --port-file: did you mean --"));
    }

    @Test
    void aFileOfSecretsThatEverybodyCanReadIsWorthALine() throws Exception {
        write("token: open sesame");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(List.of("caravan.yaml holds secrets and every user of this machine can read it: chmod 600 " + file), values().warnings());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertEquals(List.of(), values().warnings());
        write("token-file: x", "port: 1");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.writeString(data.resolve("x"), "s");
        assertEquals(List.of(), values("--token-file=" + data.resolve("x")).warnings());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "CARAVAN_MAX_SESSION | 4 | unknown environment variable CARAVAN_MAX_SESSION: did you mean CARAVAN_MAX_SESSIONS? See --help",
        "CARAVAN_PORT | x | CARAVAN_PORT: 'x' cannot be used, use a whole number from 0 to 65535",
        "KAFKA_BOOTSTRAP_SERVERS | x | KAFKA_BOOTSTRAP_SERVERS: 'x' cannot be used, use embedded, none or HOST:PORT",
    })
    void aWrongVariableEndsTheStart(String variable, String value, String message) {
        environment.put(variable, value);
        assertEquals(message, refusal());
    }

    @ParameterizedTest
    @CsvSource({
        "CARAVAN_SERVICE_HOST, 10.0.0.7", "CARAVAN_SERVICE_PORT_HTTP, 8000", "CARAVAN_PORT, tcp://10.0.0.7:8000",
        "CARAVAN_PORT_8000_TCP_ADDR, 10.0.0.7", "CARAVAN_KAFKA_PORT, tcp://10.0.0.8:9092", "CARAVAN_KAFKA_BOOTSTRAP_SERVICE_HOST, 10.0.0.8",
    })
    void whatKubernetesSaysOfServicesIsToldApart(String variable, String value) {
        environment.put(variable, value);
        assertEquals(variable + " comes from Kubernetes, which tells pods of a service by such names: set enableServiceLinks: false in the pod",
                refusal());
    }

    @Test
    void variablesAndPropertiesOfTheLauncherAndTheHubItselfAreNoOptions() throws Exception {
        List.of("CARAVAN_HEAP", "CARAVAN_JAVA_OPTS", "CARAVAN_GIT_COMMIT", "CARAVAN_SKIP_TEST_COMPILE", "OTHER")
                .forEach(variable -> environment.put(variable, "x"));
        environment.put("CARAVAN_TYPO", " ");
        List.of("caravan.log.folder", "caravan.log.level", "caravan.terminal", "caravan.build", "caravan.golden", "other.port")
                .forEach(property -> properties.setProperty(property, "x"));
        assertEquals(8000, settings().server().port());
        properties.setProperty("caravan.prot", "1");
        assertEquals("unknown system property caravan.prot: did you mean caravan.port? See --help", refusal());
        properties.remove("caravan.prot");
        properties.setProperty("caravan.port", "x");
        assertEquals("-Dcaravan.port: 'x' cannot be used, use a whole number from 0 to 65535", refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "-h"})
    void helpComesWhateverIsWrongElsewhere(String flag) throws Exception {
        write("prot: 1");
        environment.put("CARAVAN_PROT", "1");
        assertTrue(values(flag).isOn(flag.equals("--version") ? Option.VERSION : Option.HELP));
    }

    @Test
    void theSampleIsWrittenDown() throws IOException {
        Path copy = Path.of("docs/caravan.yaml");
        assertEquals(SampleConfig.text(), Files.readString(copy), () -> "write the text of SampleConfig.text() to " + copy);
    }

    @Test
    void theSampleChangesNothing() throws Exception {
        Settings defaults = settings();
        Files.writeString(file, SampleConfig.text());
        assertEquals(defaults, settings());
    }

    @Test
    void theSampleIsReadAndNotOnlySkipped() throws Exception {
        Files.writeString(file, SampleConfig.text().replace("max-sessions: 32", "max-sessions: 33"));
        assertEquals(33, settings().limits().sessions().sessions());
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void theSampleHasEveryKeyOnceWithItsReason(Option option) {
        boolean inTheFile = option != Option.CONFIG && option.spec().group() != OptionSpec.Group.OTHER;
        long lines = SampleConfig.text().lines().filter(line -> line.matches("(# )?" + option.key() + ": \\S.*")).count();
        assertEquals(inTheFile ? 1 : 0, lines, option.key());
        boolean secret = option.spec().kind() == OptionSpec.Kind.SECRET;
        assertEquals(secret, SampleConfig.text().contains("\n# " + option.key() + "-file: FILE\n"), option.key());
    }

    @Test
    void namesOfSecretFilesAreNamesOfNothingElse() {
        List<String> keys = OptionName.all().stream().map(OptionName::key).toList();
        assertEquals(keys.size(), Set.copyOf(keys).size());
        assertEquals(Arrays.stream(Option.values()).filter(o -> o.spec().kind() == OptionSpec.Kind.SECRET).count(),
                keys.size() - Option.values().length);
    }
}
