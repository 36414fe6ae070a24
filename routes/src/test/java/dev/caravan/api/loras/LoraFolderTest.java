package dev.caravan.api.loras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraFolderTest {

    @TempDir
    private Path home;

    private Path own;

    @BeforeEach
    void folders() throws IOException {
        own = Files.createDirectories(home.resolve("models/lora/styles"));
        own = own.getParent();
    }

    @Test
    void aFolderThatDoesNotExistIsEmpty() {
        assertEquals(List.of(), new LoraFolder(home.resolve("none"), Optional.empty()).list());
    }

    @Test
    void adaptersAreListedByFolderAndName() throws IOException {
        write(own.resolve("zebra.safetensors"));
        write(own.resolve("styles/ink.safetensors"));
        write(own.resolve("apple.safetensors"));
        write(own.resolve("apple.ckpt"));

        assertEquals(
                List.of("apple", "zebra", "ink"), list().stream().map(LoraFile::name).toList());
        assertEquals(Optional.of("styles"), list().get(2).folder());
    }

    @Test
    void sharedSamplesAreReadOnly() throws IOException {
        Path shared = Files.createDirectories(home.resolve("samples"));
        write(shared.resolve("sample.safetensors"));

        LoraFile sample = new LoraFolder(own, Optional.of(shared)).list().getFirst();

        assertEquals(true, sample.json().get("read_only"));
    }

    @Test
    void whatTheManifestRecordsIsPartOfTheListing() throws IOException {
        write(own.resolve("styles/ink.safetensors"));
        Files.writeString(
                own.resolve("lora_manifest.json"),
                """
                {"version":"1.0","entries":{"styles/ink.safetensors":{"filename":"styles/ink.safetensors","sha256":"ab12",
                 "provenance":{"source":"huggingface","repo_id":"a/b","hf_filename":"ink.safetensors"},"size_bytes":3}}}""");

        Map<String, Object> json = list().getFirst().json();

        assertEquals("ab12", json.get("sha256"));
        Map<?, ?> provenance = (Map<?, ?>) json.get("provenance");
        assertEquals("a/b", provenance.get("repo_id"));
        assertEquals(true, provenance.containsKey("url"));
        assertNull(provenance.get("url"));
    }

    @Test
    void aDamagedManifestCostsOnlyItsFacts() throws IOException {
        write(own.resolve("a.safetensors"));
        Files.writeString(own.resolve("lora_manifest.json"), "{\"entries\":");

        Map<String, Object> json = list().getFirst().json();

        assertNull(json.get("provenance"));
        assertEquals(false, json.get("read_only"));
    }

    private List<LoraFile> list() {
        return new LoraFolder(own, Optional.empty()).list();
    }

    private static void write(Path file) throws IOException {
        Files.writeString(file, "abc");
    }
}
