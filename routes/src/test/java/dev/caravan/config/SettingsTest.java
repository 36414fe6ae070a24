package dev.caravan.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.DeviceRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private static final String HOME = System.getProperty("user.home");

    private final Properties properties = new Properties();
    private Map<String, String> environment = Map.of();

    /** Whoever runs the tests may have a configuration file of their own. */
    @BeforeAll
    static void atAHomeWithoutAFile(@TempDir Path home) {
        System.setProperty("user.home", home.toString());
    }

    @AfterAll
    static void backHome() {
        System.setProperty("user.home", HOME);
    }

    private OptionValues values(String... flags) throws ConfigException {
        return OptionValues.read(List.of(flags), environment, properties);
    }

    private Settings settings(String... flags) throws ConfigException {
        return SettingsReader.read(values(flags));
    }

    private String refusal(String... flags) {
        String message = assertThrows(ConfigException.class, () -> settings(flags)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void withNothingSetTheHubIsLocalWithItsOwnBroker() throws ConfigException {
        Settings settings = settings();
        Path data = Path.of(System.getProperty("user.home"), ".caravan");
        assertEquals("127.0.0.1", settings.server().host());
        assertEquals(8000, settings.server().port());
        assertEquals(Optional.empty(), settings.security().operator());
        assertEquals(new Settings.Broker.Embedded(9092), settings.kafka().broker());
        assertEquals(data, settings.folders().data());
        assertEquals(data.resolve("models"), settings.folders().models());
        assertEquals(data.resolve("assets"), settings.folders().assets());
        assertEquals(data.resolve("models/lora"), settings.folders().loras());
        assertEquals(50L << 20, settings.limits().assetBytes());
        assertEquals(Duration.ofSeconds(2), settings.limits().frameAge());
        assertTrue(settings.browser());
    }

    @Test
    void aFlagBeatsAPropertyWhichBeatsTheEnvironment() throws ConfigException {
        environment = Map.of("CARAVAN_PORT", "1001");
        assertEquals(1001, settings().server().port());
        properties.setProperty("caravan.port", "1002");
        assertEquals(1002, settings().server().port());
        assertEquals(1003, settings("--port", "1003").server().port());
        assertEquals(1004, settings("--port=1004").server().port());
    }

    @Test
    void anEmptyVariableCountsAsNotSet() throws ConfigException {
        environment = Map.of("CARAVAN_PORT", "", "PIPELINE", " ");
        assertEquals(8000, settings().server().port());
        assertEquals(Optional.empty(), settings().pipelines().preload());
    }

    @Test
    void variablesOfOtherProgramsMeanWhatTheyMeanThere() throws ConfigException {
        environment = Map.of(
                "PIPELINE", "longlive",
                "HF_TOKEN", "hf_x",
                "CIVITAI_API_TOKEN", "cv_x",
                "VERBOSE_LOGGING", "1",
                "KAFKA_BOOTSTRAP_SERVERS", "k1:9092,k2:9092",
                "KAFKA_TOPIC", "scope-events",
                "KAFKA_SASL_USERNAME", "u",
                "KAFKA_SASL_PASSWORD", "p",
                "DAYDREAM_SCOPE_MODELS_DIR", "/m/models",
                "TWILIO_ACCOUNT_SID", "AC1");
        Settings settings = SettingsReader.read(
                OptionValues.read(List.of("--twilio-auth-token", "t"), environment, properties));
        assertEquals(Optional.of("longlive"), settings.pipelines().preload());
        assertEquals(Optional.of(new Secret("hf_x")), settings.pipelines().huggingFace());
        assertEquals(Optional.of(new Secret("cv_x")), settings.pipelines().civitai());
        assertTrue(settings.observability().verbose());
        assertEquals(new Settings.Broker.Cluster("k1:9092,k2:9092"), settings.kafka().broker());
        assertEquals(Optional.of("scope-events"), settings.kafka().eventTopic());
        assertEquals(Optional.of(new Settings.Login("u", new Secret("p"))), settings.kafka().access().login());
        assertEquals(Path.of("/m/models"), settings.folders().models());
        assertEquals(Path.of("/m/assets"), settings.folders().assets());
        assertEquals(Path.of("/m/models/lora"), settings.folders().loras());
        assertEquals(Optional.of(new Settings.Twilio("AC1", new Secret("t"))), settings.webrtc().twilio());
    }

    @Test
    void ourOwnNameOfAVariableBeatsTheForeignOne() throws ConfigException {
        environment = Map.of("CARAVAN_KAFKA", "none", "KAFKA_BOOTSTRAP_SERVERS", "k1:9092");
        assertEquals(new Settings.Broker.None(), settings().kafka().broker());
    }

    @Test
    void listsMayBeRepeatedOrSeparatedByCommas() throws ConfigException {
        assertEquals(
                Map.of("longlive", "test-card", "krea", "passthrough"),
                settings("--stand-in", "longlive=test-card", "--stand-in", "krea=passthrough").pipelines().standIns());
        assertEquals(
                Set.of("https://a.example", "https://b.example"),
                settings("--allowed-origins", "https://A.example, https://b.example").server().allowedOrigins());
    }

    @Test
    void aTurnServerIsTakenWithItsLogin() throws ConfigException {
        Settings.Turn turn = settings("--turn-url", "turn:t.example:3478", "--turn-username", "u", "--turn-credential", "c")
                .webrtc()
                .turn()
                .orElseThrow();
        assertEquals(new Settings.Turn(List.of("turn:t.example:3478"), Optional.of("u"), Optional.of(new Secret("c"))), turn);
    }

    @Test
    void modelFilesComeFromWhereTheSettingsSay() throws ConfigException {
        assertEquals(
                new Settings.Downloads(URI.create("https://huggingface.co"), Optional.empty(), 3),
                settings().pipelines().downloads());
        environment = Map.of("HF_ENDPOINT", "https://mirror.example/hf");
        Settings settings = settings("--proxy", "http://me:p%40ss@proxy.example:3128", "--parallel-downloads=5");
        assertEquals(
                new Settings.Downloads(
                        URI.create("https://mirror.example/hf"),
                        Optional.of(new Settings.Proxy("proxy.example", 3128, Optional.of(new Secret("me:p@ss")))),
                        5),
                settings.pipelines().downloads());
        assertFalse(settings.toString().contains("p%40ss") || settings.toString().contains("p@ss"), settings::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://me:word@p:1080", "proxy:3128", "http://", "http://me:wo rd@p", "word"})
    void aBadProxyIsRefusedWithoutRepeatingItsPassword(String proxy) {
        assertEquals(
                "--proxy cannot be used, write it as http://host:port or http://user:password@host:port", refusal("--proxy", proxy));
    }

    @Test
    void aCommandTellsItsWordsFromOptionsAndTheirValues() {
        CommandLine line = CommandLine.parse(
                List.of("longlive", "--data", "DIR", "rife", "--all", "--verbose", "memflow", "--hf-token=x", "--data"), Set.of("--all"));
        assertEquals(
                new CommandLine(
                        List.of("longlive", "rife", "memflow"), Set.of("--all"),
                        List.of("--data", "DIR", "--verbose", "--hf-token=x", "--data")),
                line);
    }

    @Test
    void aSwitchOfACommandMayHaveAValue() {
        Set<String> switches = Set.of("--all", "--seed=");
        assertEquals(Optional.of("7"), CommandLine.parse(List.of("DIR", "--seed", "7"), switches).value("--seed"));
        assertEquals(Optional.of("8"), CommandLine.parse(List.of("--seed=7", "DIR", "--seed=8"), switches).value("--seed"));
        assertEquals(Optional.of(""), CommandLine.parse(List.of("DIR", "--seed"), switches).value("--seed"));
        assertEquals(Optional.empty(), CommandLine.parse(List.of("DIR", "--all"), switches).value("--seed"));
        assertEquals(List.of("DIR"), CommandLine.parse(List.of("--seed", "7", "DIR"), switches).words());
    }

    @Test
    void modelsRunOnWhatThereIsUnlessTold() throws ConfigException {
        int cores = Runtime.getRuntime().availableProcessors();
        assertEquals(new Settings.Inference(DeviceRequest.AUTO, Optional.empty(), cores), settings().inference());
        assertEquals(
                new Settings.Inference(DeviceRequest.CUDA, Optional.of(Path.of("/opt/ort")), 3),
                settings("--device", "CUDA", "--ort", "/opt/ort", "--inference-threads", "3").inference());
    }

    @Test
    void theNearestNameIsOfferedForAnUnknownOption() {
        assertEquals("unknown option --prot: did you mean --port? See --help", refusal("--prot", "1"));
        assertEquals("unknown option --no-browsr: did you mean --no-browser? See --help", refusal("--no-browsr"));
        assertTrue(refusal("start").startsWith("unexpected 'start'"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--port=x | --port: 'x' cannot be used, use a whole number from 0 to 65535",
        "--device=gpu | --device: 'gpu' cannot be used, use auto, cuda or cpu",
        "--inference-threads=-1 | --inference-threads: '-1' cannot be used, use a whole number from 0 to 1024",
        "--port=65536 | --port: '65536' cannot be used, use a whole number from 0 to 65535",
        "--port | --port needs a value: --port NUMBER",
        "--udp-ports=9-1 | --udp-ports: '9-1' cannot be used, write it as 50000-50100",
        "--udp-ports=50000 | --udp-ports: '50000' cannot be used, write it as 50000-50100",
        "--hub-stun-url=http://x | --hub-stun-url: 'http://x' cannot be used, use an address like stun:stun.example.org:3478",
        "--codec=H263 | --codec: 'H263' cannot be used, choose among VP8, VP9, H264, AV1",
        "--kafka-out-quality=0 | --kafka-out-quality: '0' cannot be used, use a whole number from 1 to 100",
        "--kafka=somewhere | --kafka: 'somewhere' cannot be used, use embedded, none or HOST:PORT",
        "--kafka=k1:9092,k2:99999 | --kafka: 'k1:9092,k2:99999' cannot be used, use embedded, none or HOST:PORT",
        "--public-address=not/one | --public-address: 'not/one' cannot be used, use an address like 203.0.113.7 or a host name",
        "--hf-endpoint=ftp://x | --hf-endpoint: 'ftp://x' cannot be used, use an address like https://huggingface.co",
        "--civitai-endpoint=civitai | --civitai-endpoint: 'civitai' cannot be used, use an address like https://civitai.com",
        "--lora-hosts=http://nas | --lora-hosts: 'http://nas' cannot be used, use a name or address like nas.example.org:8080",
        "--max-lora-mb=0 | --max-lora-mb: '0' cannot be used, use a whole number from 1 to 1048576",
        "--parallel-downloads=0 | --parallel-downloads: '0' cannot be used, use a whole number from 1 to 16",
        "--stand-in=longlive | --stand-in: 'longlive' cannot be used, write it as longlive=test-card",
        "--verbose=maybe | --verbose: 'maybe' cannot be used, use true or false",
        "--host=0.0.0.0 | --host 0.0.0.0 can be reached from other machines: set --token or --oidc-issuer as well",
    })
    void aBadValueIsNamedInOneLineThatSaysWhatToWrite(String flag, String message) {
        assertEquals(message, refusal(flag));
    }

    @Test
    void withATokenTheHubMayBeReachedFromOtherMachines() throws ConfigException {
        Settings settings = settings("--host", "0.0.0.0", "--token", "secret");
        assertEquals("0.0.0.0", settings.server().host());
        assertFalse(settings.toString().contains("secret"), settings::toString);
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void helpListsEveryOptionAndTheWholeTableIsWellFormed(Option option) {
        assertTrue(Help.text().contains(option.flag()), option.flag());
        assertTrue(Help.text().contains(option.spec().help()), option.flag());
        assertEquals("CARAVAN_" + option.name(), option.variables().getFirst());
    }

    @Test
    void theLaunchersCopyOfTheHelpIsTheSame() throws IOException {
        Path copy = Path.of("src/main/resources/dev/caravan/help.txt");
        assertEquals(Help.text(), Files.readString(copy), () -> "write the text of Help.text() to " + copy);
    }

    @Test
    void namesOfOptionsAndVariablesAreUnique() {
        List<String> variables = Arrays.stream(Option.values()).flatMap(o -> o.variables().stream()).toList();
        assertEquals(variables.size(), Set.copyOf(variables).size());
        List<String> flags = Arrays.stream(Option.values()).flatMap(o -> o.spec().shortFlag().stream()).toList();
        assertEquals(flags.size(), Set.copyOf(flags).size());
    }

    @Test
    void routesMaySeeEverySettingButSecrets() throws ConfigException {
        Properties placeholders = settings("--token", "t", "--kafka-group", "g").placeholders();
        assertEquals("g", placeholders.getProperty("caravan.kafka-group"));
        assertEquals("8000", placeholders.getProperty("caravan.port"));
        assertFalse(placeholders.containsKey("caravan.token"));
    }
}
