package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.config.ConfigException;
import dev.caravan.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the options make of a secured cluster, and what they say when they cannot. */
class KafkaAccessTest {

    @TempDir
    Path folder;

    private String refusal(String... flags) throws ConfigException {
        Settings.KafkaAccess access = TestHub.settings(folder, flags).kafka().access();
        return assertThrows(IllegalArgumentException.class, () -> KafkaAccess.connection("h:1", access)).getMessage();
    }

    @Test
    void filesThatCannotBeUsedAreNamedByTheirOption() throws Exception {
        Path certificate = Files.writeString(folder.resolve("c.pem"), "-----BEGIN CERTIFICATE-----\n");
        Path noise = Files.writeString(folder.resolve("noise"), "-----BEGIN RSA PRIVATE KEY-----\n");
        assertEquals("--kafka-ca cannot be used: there is no such file", refusal("--kafka-ca=" + folder.resolve("gone")));
        assertEquals("--kafka-ca cannot be used: it holds no certificate in PEM form", refusal("--kafka-ca=" + noise));
        assertEquals(
                "--kafka-key cannot be used: it holds no private key in PEM form (PKCS 8, without password)",
                refusal("--kafka-certificate=" + certificate, "--kafka-key=" + noise));
    }

    @Test
    void aUserNameWithoutPasswordIsNotTakenForNoLogin() {
        ConfigException refused = assertThrows(ConfigException.class, () -> TestHub.settings(folder, "--kafka-sasl-username=me"));
        assertEquals("--kafka-sasl-username and --kafka-sasl-password go together: set both or none", refused.getMessage());
    }

    @Test
    void noSecretOfTheSettingsIsEverWritten() throws Exception {
        Settings settings = TestHub.settings(
                folder, "--token=sesame-1", "--producer-token=sesame-2", "--viewer-token=sesame-3", "--metrics-token=sesame-4",
                "--join-token-key=sesame-5-sesame-5-sesame-5-sesame-5", "--hf-token=sesame-6", "--civitai-api-token=sesame-7",
                "--proxy=http://me:sesame-8@h:1", "--turn-url=turn:h", "--turn-credential=sesame-9", "--twilio-account-sid=t",
                "--twilio-auth-token=sesame-10", "--kafka=h:1", "--kafka-sasl-username=me", "--kafka-sasl-password=sesame-11");
        String written = settings.toString() + KafkaAccess.connection("h:1", settings.kafka().access());
        assertFalse(written.contains("sesame"), written);
    }
}
