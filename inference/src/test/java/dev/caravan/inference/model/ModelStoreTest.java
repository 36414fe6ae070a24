package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelStoreTest {

    @TempDir
    Path models;

    @Test
    void aPipelineIsDownloadedWhenItsLastFileIsThere() throws IOException {
        ModelStore store = new ModelStore(models);
        assertEquals(List.of("RIFE/config.json", "RIFE/flownet.pkl"), store.missing("rife"));
        put("RIFE/config.json");
        put("RIFE/flownet.pkl.incomplete");
        assertEquals(List.of("RIFE/flownet.pkl"), store.missing("rife"));
        assertFalse(store.downloaded("rife"));
        put("RIFE/flownet.pkl");
        assertTrue(store.downloaded("rife"));
    }

    @Test
    void aDirectoryCountsWhenItHoldsAFileAndIsNotMarkedIncomplete() throws IOException {
        ModelStore store = new ModelStore(models);
        Artifact wan = Artifacts.of("longlive").getFirst();
        assertFalse(store.has(wan, "google/"));
        Files.createDirectories(models.resolve("Wan2.1-T2V-1.3B/google/umt5-xxl"));
        assertFalse(store.has(wan, "google/"));
        put("Wan2.1-T2V-1.3B/google/umt5-xxl/spiece.model.incomplete");
        assertFalse(store.has(wan, "google/"));
        put("Wan2.1-T2V-1.3B/google/umt5-xxl/tokenizer.json");
        assertTrue(store.has(wan, "google/"));
        put("Wan2.1-T2V-1.3B/google.incomplete");
        assertFalse(store.has(wan, "google/"));
    }

    @Test
    void aPipelineThatNeedsNothingIsAlwaysDownloaded() {
        ModelStore store = new ModelStore(models.resolve("not/there"));
        assertTrue(store.downloaded("passthrough"));
        assertTrue(store.downloaded("nobody-knows-it"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/etc/passwd", "", "."})
    void noNameLeadsOutOfItsFolder(String name) {
        ModelStore store = new ModelStore(models);
        assertThrows(IllegalArgumentException.class, () -> store.path(Artifact.of("owner/repo"), name));
        assertThrows(IllegalArgumentException.class, () -> store.path(Artifact.of("owner/.."), "x"));
    }

    private void put(String file) throws IOException {
        Path path = models.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, "x");
    }
}
