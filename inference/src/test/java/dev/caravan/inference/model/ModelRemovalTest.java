package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRemovalTest {

    @TempDir
    Path folder;

    private Path models;
    private Path outside;
    private ModelRemoval removal;

    @BeforeEach
    void fill() throws IOException {
        models = Files.createDirectories(folder.resolve("models"));
        outside = Files.createDirectories(folder.resolve("outside"));
        removal = new ModelRemoval(new ModelStore(models));
        for (String file : List.of(
                "LongLive-1.3B/config.json", "LongLive-1.3B/models/longlive_base.pt", "LongLive-1.3B/models/lora.pt.incomplete",
                "LongLive-1.3B/.caravan.jsonl", "WanVideo_comfy/config.json", "Wan2.1-T2V-1.3B/google/umt5-xxl/spiece.model",
                "Wan2.1-T2V-1.3B/google/own note", "lora/mine.safetensors")) {
            put(models.resolve(file));
        }
    }

    @Test
    void onlyWhatNoOtherPipelineNeedsGoes() throws Exception {
        ModelRemoval.Removed removed = removal.remove(List.of("longlive"), false);
        assertEquals(
                List.of("LongLive-1.3B/config.json", "LongLive-1.3B/models/longlive_base.pt", "LongLive-1.3B/models/lora.pt"),
                removed.files());
        assertEquals(List.of("Wan2.1-T2V-1.3B/google/", "WanVideo_comfy/config.json"), removed.kept());
        assertEquals(15, removed.bytes());
        assertFalse(Files.exists(models.resolve("LongLive-1.3B")));
        assertTrue(Files.exists(models.resolve("WanVideo_comfy/config.json")));
        assertTrue(Files.exists(models.resolve("lora/mine.safetensors")));
    }

    @Test
    void whatWasMadeOutOfItsFilesGoesToo() throws Exception {
        for (String file : List.of("longlive-0af3.safetensors", "longlive.lock", "memflow-0af3.safetensors", "longlive-mine.txt",
                "longlive-adapted-0af3.safetensors", "longlive-adapted.lock")) {
            put(models.resolve("derived").resolve(file));
        }
        ModelRemoval.Removed removed = removal.remove(List.of("longlive"), false);
        assertTrue(removed.files().containsAll(List.of("derived/longlive-0af3.safetensors", "derived/longlive.lock",
                "derived/longlive-adapted-0af3.safetensors", "derived/longlive-adapted.lock")), removed::toString);
        assertFalse(Files.exists(models.resolve("derived/longlive-0af3.safetensors")));
        assertTrue(Files.exists(models.resolve("derived/memflow-0af3.safetensors")));
        assertTrue(Files.exists(models.resolve("derived/longlive-mine.txt")));
    }

    @Test
    void allMeansSharedFilesToo() throws Exception {
        ModelRemoval.Removed removed = removal.remove(List.of("longlive"), true);
        assertEquals(List.of(), removed.kept());
        assertFalse(Files.exists(models.resolve("Wan2.1-T2V-1.3B")));
        assertFalse(Files.exists(models.resolve("WanVideo_comfy")));
        assertTrue(Files.exists(models.resolve("lora/mine.safetensors")));
    }

    @Test
    void aSecondTimeThereIsNothingToRemove() throws Exception {
        removal.remove(List.of("longlive"), true);
        assertEquals(new ModelRemoval.Removed(List.of(), List.of(), 0), removal.remove(List.of("longlive"), true));
    }

    @Test
    void aFolderBehindALinkIsLeftAloneAndSoIsEverythingElse() throws Exception {
        put(outside.resolve("rewardforcing.pt"));
        Files.createSymbolicLink(models.resolve("Reward-Forcing-T2V-1.3B"), outside);
        DownloadException refused = assertThrows(
                DownloadException.class, () -> removal.remove(List.of("longlive", "reward-forcing"), false));
        assertTrue(refused.getMessage().contains("lies behind a link that leads out of the models folder"), refused.getMessage());
        assertTrue(Files.exists(outside.resolve("rewardforcing.pt")));
        assertTrue(Files.exists(models.resolve("LongLive-1.3B/config.json")));
    }

    @Test
    void ofALinkOnlyTheLinkGoes() throws Exception {
        put(outside.resolve("base.pt"));
        Path link = models.resolve("LongLive-1.3B/models/longlive_base.pt");
        Files.delete(link);
        Files.createSymbolicLink(link, outside.resolve("base.pt"));
        Files.createSymbolicLink(models.resolve("Wan2.1-T2V-1.3B/google/away"), outside);
        removal.remove(List.of("longlive"), true);
        assertFalse(Files.exists(models.resolve("LongLive-1.3B")));
        assertFalse(Files.exists(models.resolve("Wan2.1-T2V-1.3B")));
        assertTrue(Files.exists(outside.resolve("base.pt")));
    }

    @Test
    void aModelsFolderThatIsALinkItselfIsFine() throws Exception {
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, models);
        assertEquals(3, new ModelRemoval(new ModelStore(link)).remove(List.of("longlive"), false).files().size());
    }

    @Test
    void whatIsBeingDownloadedIsNotRemoved() throws Exception {
        RemoteFile file = new RemoteFile(
                Artifact.of("daydreamlive/LongLive-1.3B"), "models/lora.pt", OptionalLong.empty(), Optional.empty());
        try (PartFile running = PartFile.open(file, models.resolve("LongLive-1.3B/models/lora.pt.incomplete"))) {
            DownloadException refused = assertThrows(DownloadException.class, () -> removal.remove(List.of("longlive"), false));
            assertTrue(refused.getMessage().contains("is being downloaded by another Caravan"), refused.getMessage());
            assertEquals(0, running.length());
        }
        assertTrue(Files.exists(models.resolve("LongLive-1.3B/config.json")));
    }

    @Test
    void aFileThatIsNotOursStaysAndKeepsItsFolder() throws Exception {
        put(models.resolve("LongLive-1.3B/notes.txt"));
        removal.remove(List.of("longlive"), false);
        assertTrue(Files.exists(models.resolve("LongLive-1.3B/notes.txt")));
        assertFalse(Files.exists(models.resolve("LongLive-1.3B/models")));
    }

    private static void put(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "12345");
    }
}
