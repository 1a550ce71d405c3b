<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>AboutModels</name>
    <message>
        <source>About this model</source>
        <translation>Über dieses Modell</translation>
    </message>
    <message>
        <source>The catalog of the models cannot be read: {0}</source>
        <translation>Der Katalog der Modelle lässt sich nicht lesen: {0}</translation>
    </message>
    <message>
        <source>Restored pictures are estimates. What looks like noise is removed even if it was fine texture, and enlarged detail is plausible, not recovered. The models were trained on photographs: drawings, screenshots and text may lose lines.</source>
        <translation>Restaurierte Bilder sind Schätzungen. Was nach Rauschen aussieht, verschwindet, auch wenn es feine Struktur war, und vergrößerte Einzelheiten sind plausibel, nicht wiedergewonnen. Die Modelle wurden an Fotografien trainiert: Zeichnungen, Bildschirmfotos und Text können Linien verlieren.</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>Trainiert mit</translation>
    </message>
    <message>
        <source>Degradations</source>
        <translation>Verschlechterungen</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>{0} parameters</source>
        <translation>{0} Parameter</translation>
    </message>
    <message>
        <source>Measured: {0}</source>
        <translation>Gemessen: {0}</translation>
    </message>
    <message>
        <source>Enlarges {0} times</source>
        <translation>Vergrößert {0}-fach</translation>
    </message>
    <message>
        <source>Estimates how noisy a photo is</source>
        <translation>Schätzt, wie stark ein Foto rauscht</translation>
    </message>
    <message>
        <source>Removes noise of sigma {0} to {1}</source>
        <translation>Entfernt Rauschen von Sigma {0} bis {1}</translation>
    </message>
    <message>
        <source>loss {0}, {1} steps, seed {2}, {3} hours on {4}</source>
        <translation>Verlust {0}, {1} Schritte, Startwert {2}, {3} Stunden auf {4}</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>&amp;Öffnen …</translation>
    </message>
    <message>
        <source>Open from &amp;clipboard</source>
        <translation>Aus der Zwischen&amp;ablage öffnen</translation>
    </message>
    <message>
        <source>Open the sa&amp;mple</source>
        <translation>&amp;Beispiel öffnen</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>&amp;Speichern …</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter …</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>B&amp;eenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Copy the result</source>
        <translation>Ergebnis &amp;kopieren</translation>
    </message>
    <message>
        <source>Copy as co&amp;mmand</source>
        <translation>Als Be&amp;fehl kopieren</translation>
    </message>
    <message>
        <source>&amp;Photo</source>
        <translation>&amp;Foto</translation>
    </message>
    <message>
        <source>&amp;Previous in the folder</source>
        <translation>&amp;Voriges im Ordner</translation>
    </message>
    <message>
        <source>&amp;Next in the folder</source>
        <translation>&amp;Nächstes im Ordner</translation>
    </message>
    <message>
        <source>&amp;Restore again</source>
        <translation>&amp;Noch einmal restaurieren</translation>
    </message>
    <message>
        <source>Sto&amp;p</source>
        <translation>An&amp;halten</translation>
    </message>
    <message>
        <source>About this &amp;model…</source>
        <translation>Über dieses &amp;Modell …</translation>
    </message>
    <message>
        <source>&amp;Work on</source>
        <translation>&amp;Rechnen auf</translation>
    </message>
    <message>
        <source>The fastest device</source>
        <translation>Dem schnellsten Gerät</translation>
    </message>
    <message>
        <source>The processor only</source>
        <translation>Nur dem Prozessor</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>&amp;200 %</source>
        <translation>&amp;200 %</translation>
    </message>
    <message>
        <source>&amp;After</source>
        <translation>&amp;Nachher</translation>
    </message>
    <message>
        <source>&amp;Divider</source>
        <translation>&amp;Trennlinie</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>Neben&amp;einander</translation>
    </message>
    <message>
        <source>What was &amp;removed</source>
        <translation>Was ent&amp;fernt wurde</translation>
    </message>
    <message>
        <source>Amplify the removed &amp;less</source>
        <translation>Entferntes &amp;weniger verstärken</translation>
    </message>
    <message>
        <source>Amplify the removed &amp;more</source>
        <translation>Entferntes &amp;mehr verstärken</translation>
    </message>
    <message>
        <source>&amp;Controls</source>
        <translation>&amp;Regler</translation>
    </message>
    <message>
        <source>F&amp;ull screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Screen &amp;profile…</source>
        <translation>Bildschirm&amp;profil …</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About Restorer</source>
        <translation>Ü&amp;ber Restorer</translation>
    </message>
</context>
<context>
    <name>Appearance</name>
    <message>
        <source>The language changes when Restorer is started again.</source>
        <translation>Die Sprache wechselt beim nächsten Start von Restorer.</translation>
    </message>
    <message>
        <source>Colour profile of the screen</source>
        <translation>Farbprofil des Bildschirms</translation>
    </message>
    <message>
        <source>Profiles (*.icc *.icm)</source>
        <translation>Profile (*.icc *.icm)</translation>
    </message>
</context>
<context>
    <name>BatchModel</name>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>in work</source>
        <translation>in Arbeit</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Leave the noise as it is</source>
        <translation>Das Rauschen lassen, wie es ist</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>Estimate the noise and remove that much</source>
        <translation>Das Rauschen schätzen und so viel entfernen</translation>
    </message>
    <message>
        <source>Manual</source>
        <translation>Manuell</translation>
    </message>
    <message>
        <source>Choose the strength yourself</source>
        <translation>Die Stärke selbst wählen</translation>
    </message>
    <message>
        <source>Denoise</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Standard deviation of the noise to remove, in 8-bit levels</source>
        <translation>Standardabweichung des Rauschens, das entfernt wird, in 8-Bit-Stufen</translation>
    </message>
    <message>
        <source>Keep grain</source>
        <translation>Korn behalten</translation>
    </message>
    <message>
        <source>How much of the brightness noise stays, for a natural look</source>
        <translation>Wie viel Helligkeitsrauschen bleibt, damit es natürlich aussieht</translation>
    </message>
    <message>
        <source>Keep colour noise</source>
        <translation>Farbrauschen behalten</translation>
    </message>
    <message>
        <source>How much of the colour noise stays</source>
        <translation>Wie viel Farbrauschen bleibt</translation>
    </message>
    <message>
        <source>{0} times as wide and high</source>
        <translation>{0}-mal so breit und hoch</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Width of the result in pixels</source>
        <translation>Breite des Ergebnisses in Pixeln</translation>
    </message>
    <message>
        <source>Height of the result in pixels</source>
        <translation>Höhe des Ergebnisses in Pixeln</translation>
    </message>
    <message>
        <source>Enlarged detail is plausible, not recovered.</source>
        <translation>Vergrößerte Einzelheiten sind plausibel, nicht wiedergewonnen.</translation>
    </message>
    <message>
        <source>About this model…</source>
        <translation>Über dieses Modell …</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Speichern …</translation>
    </message>
    <message>
        <source>to</source>
        <translation>auf</translation>
    </message>
    <message>
        <source>px</source>
        <translation>px</translation>
    </message>
    <message>
        <source>Own settings</source>
        <translation>Eigene Einstellungen</translation>
    </message>
    <message>
        <source>Clean</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>Clean, keep some grain</source>
        <translation>Entrauschen, etwas Korn behalten</translation>
    </message>
    <message>
        <source>Clean and enlarge ×2</source>
        <translation>Entrauschen, vergrößern ×2</translation>
    </message>
    <message>
        <source>Clean and enlarge ×4</source>
        <translation>Entrauschen, vergrößern ×4</translation>
    </message>
    <message>
        <source>Only enlarge ×2</source>
        <translation>Nur vergrößern ×2</translation>
    </message>
    <message>
        <source>Save these settings…</source>
        <translation>Diese Einstellungen speichern …</translation>
    </message>
    <message>
        <source>Remove “{0}”</source>
        <translation>„{0}“ entfernen</translation>
    </message>
    <message>
        <source>Estimating the noise…</source>
        <translation>Das Rauschen wird geschätzt …</translation>
    </message>
    <message>
        <source>Noise: {0} (sigma {1})</source>
        <translation>Rauschen: {0} (Sigma {1})</translation>
    </message>
    <message>
        <source>hardly any</source>
        <translation>kaum</translation>
    </message>
    <message>
        <source>slight</source>
        <translation>leicht</translation>
    </message>
    <message>
        <source>visible</source>
        <translation>sichtbar</translation>
    </message>
    <message>
        <source>strong</source>
        <translation>stark</translation>
    </message>
    <message>
        <source>very strong</source>
        <translation>sehr stark</translation>
    </message>
</context>
<context>
    <name>Copier</name>
    <message>
        <source>The picture is too large for the clipboard.</source>
        <translation>Das Bild ist zu groß für die Zwischenablage.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>As the original</source>
        <translation>Wie im Original</translation>
    </message>
    <message>
        <source>Keep 16 bits a channel</source>
        <translation>16 Bit je Kanal behalten</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>Leave out where it was taken</source>
        <translation>Aufnahmeort weglassen</translation>
    </message>
    <message>
        <source>Leave out everything</source>
        <translation>Alles weglassen</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Choose the file…</source>
        <translation>Datei wählen …</translation>
    </message>
    <message>
        <source>This format has no transparency: the file cannot be written.</source>
        <translation>Dieses Format kennt keine Transparenz: Die Datei lässt sich nicht schreiben.</translation>
    </message>
    <message>
        <source>This format has 8 bits a channel: the photo has 16.</source>
        <translation>Dieses Format hat 8 Bit je Kanal, das Foto hat 16.</translation>
    </message>
    <message>
        <source>This format has no metadata.</source>
        <translation>Dieses Format kennt keine Metadaten.</translation>
    </message>
</context>
<context>
    <name>FolderPage</name>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Drop folders or photos here</source>
        <translation>Ordner oder Fotos hierher ziehen</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>Ordner …</translation>
    </message>
    <message>
        <source>Photos…</source>
        <translation>Fotos …</translation>
    </message>
    <message>
        <source>Results go to</source>
        <translation>Ergebnisse nach</translation>
    </message>
    <message>
        <source>Choose a folder for the results</source>
        <translation>Einen Ordner für die Ergebnisse wählen</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Folders in folders too</source>
        <translation>Auch Ordner in Ordnern</translation>
    </message>
    <message>
        <source>Then watch for new photos</source>
        <translation>Danach auf neue Fotos warten</translation>
    </message>
    <message>
        <source>Names of the results</source>
        <translation>Namen der Ergebnisse</translation>
    </message>
    <message>
        <source>{name} is the photo&apos;s own, {scale} how many times it is enlarged</source>
        <translation>{name} ist der des Fotos, {scale} die Vergrößerung</translation>
    </message>
    <message>
        <source>Where a file has that name</source>
        <translation>Wo eine Datei so heißt</translation>
    </message>
    <message>
        <source>Skip the photo</source>
        <translation>Foto auslassen</translation>
    </message>
    <message>
        <source>Replace the file</source>
        <translation>Datei ersetzen</translation>
    </message>
    <message>
        <source>Add a number</source>
        <translation>Nummer anhängen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Photos of the batch</source>
        <translation>Fotos des Stapels</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Try the failed again</source>
        <translation>Fehlgeschlagene noch einmal</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>If a file has that name</source>
        <translation>Wenn eine Datei so heißt</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>Namen</translation>
    </message>
    <message>
        <source> and {0} more</source>
        <translation> und {0} weitere</translation>
    </message>
    <message>
        <source>Folder with photos</source>
        <translation>Ordner mit Fotos</translation>
    </message>
    <message>
        <source>Folder for the results</source>
        <translation>Ordner für die Ergebnisse</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>Fotos werden gesucht …</translation>
    </message>
    <message>
        <source>The report is in {0}.</source>
        <translation>Der Bericht liegt in {0}.</translation>
    </message>
    <message>
        <source>{0} photos. Loading the models…</source>
        <translation>{0} Fotos. Die Modelle werden geladen …</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>{0} failed</source>
        <translation>{0} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{0} MP/s</source>
        <translation>{0} MP/s</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>noch {0}</translation>
    </message>
    <message>
        <source>{0} done, {1} skipped, {2} failed, {3} not begun.</source>
        <translation>{0} fertig, {1} ausgelassen, {2} fehlgeschlagen, {3} nicht begonnen.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Zoom {0}</source>
        <translation>Zoom {0}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Open photos</source>
        <translation>Fotos öffnen</translation>
    </message>
    <message>
        <source>Photos ({0})</source>
        <translation>Fotos ({0})</translation>
    </message>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
        <source>No photos yet</source>
        <translation>Noch keine Fotos</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Restorer {0}&lt;/h3&gt;&lt;p&gt;Cleans and enlarges photos with autoencoders that were trained for it, on this computer alone: nothing is sent anywhere.&lt;/p&gt;&lt;p&gt;MIT licence. The window is made with Qt (LGPL).&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Restorer {0}&lt;/h3&gt;&lt;p&gt;Entrauscht und vergrößert Fotos mit Autoencodern, die dafür trainiert wurden, und zwar nur auf diesem Rechner: Nichts wird irgendwohin geschickt.&lt;/p&gt;&lt;p&gt;MIT-Lizenz. Das Fenster ist mit Qt gemacht (LGPL).&lt;/p&gt;</translation>
    </message>
    <message>
        <source>About Restorer</source>
        <translation>Über Restorer</translation>
    </message>
    <message>
        <source>Save these settings</source>
        <translation>Diese Einstellungen speichern</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>A folder is being restored. Stop? It can be taken up again later.</source>
        <translation>Ein Ordner wird restauriert. Anhalten? Das lässt sich später fortsetzen.</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Try again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>SaveFlow</name>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>It is copied when it is done.</source>
        <translation>Es wird kopiert, wenn es fertig ist.</translation>
    </message>
    <message>
        <source>The window closes when the photo is saved.</source>
        <translation>Das Fenster schließt, wenn das Foto gespeichert ist.</translation>
    </message>
    <message>
        <source>The restored photo is not saved.</source>
        <translation>Das restaurierte Foto ist nicht gespeichert.</translation>
    </message>
    <message>
        <source>Save the result</source>
        <translation>Ergebnis speichern</translation>
    </message>
    <message>
        <source>{0} exists. Replace it?</source>
        <translation>{0} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>It is saved as {0} when it is done.</source>
        <translation>Es wird als {0} gespeichert, wenn es fertig ist.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>Gespeichert als {0}.</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>There are no photos in {0}.</source>
        <translation>In {0} sind keine Fotos.</translation>
    </message>
    <message>
        <source>{0} was not saved.</source>
        <translation>{0} wurde nicht gespeichert.</translation>
    </message>
    <message>
        <source>The process that runs the networks cannot be started.</source>
        <translation>Der Rechenprozess lässt sich nicht starten.</translation>
    </message>
    <message>
        <source>The worker stopped answering and was restarted.</source>
        <translation>Der Rechenprozess antwortete nicht mehr und wurde neu gestartet.</translation>
    </message>
    <message>
        <source>The worker ended unexpectedly and was restarted.</source>
        <translation>Der Rechenprozess endete unerwartet und wurde neu gestartet.</translation>
    </message>
    <message>
        <source>{0} {1} was not opened.</source>
        <translation>{0} {1} wurde nicht geöffnet.</translation>
    </message>
    <message>
        <source>{0} {1} was not saved.</source>
        <translation>{0} {1} wurde nicht gespeichert.</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Show the original while held</source>
        <translation>Das Original zeigen, solange gedrückt</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>Das Foto verschieben</translation>
    </message>
    <message>
        <source>Shift + arrows, or drag</source>
        <translation>Umschalt + Pfeile oder ziehen</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>Die Trennlinie verschieben</translation>
    </message>
    <message>
        <source>Alt + arrows, or drag</source>
        <translation>Alt + Pfeile oder ziehen</translation>
    </message>
    <message>
        <source>Zoom to the pointer</source>
        <translation>Auf den Zeiger zoomen</translation>
    </message>
    <message>
        <source>Mouse wheel, or pinch</source>
        <translation>Mausrad oder zwei Finger</translation>
    </message>
    <message>
        <source>Whole photo or 100 %</source>
        <translation>Ganzes Foto oder 100 %</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>In the photo</source>
        <translation>Im Foto</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Drop a photo here</source>
        <translation>Foto hierher ziehen</translation>
    </message>
    <message>
        <source>It is cleaned while you watch. The original is never changed.</source>
        <translation>Es wird vor Ihren Augen entrauscht. Das Original wird nie verändert.</translation>
    </message>
    <message>
        <source>Open a photo…</source>
        <translation>Foto öffnen …</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>Anhalten (Esc)</translation>
    </message>
    <message>
        <source>Opening {0}…</source>
        <translation>{0} wird geöffnet …</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>Loading the models…</source>
        <translation>Die Modelle werden geladen …</translation>
    </message>
    <message>
        <source>{0} px tiles</source>
        <translation>Kacheln von {0} px</translation>
    </message>
    <message>
        <source>{0} MP/s</source>
        <translation>{0} MP/s</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Beginnt …</translation>
    </message>
    <message>
        <source>{0} of {1} MP, {2} left</source>
        <translation>{0} von {1} MP, noch {2}</translation>
    </message>
</context>
<context>
    <name>Viewer</name>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Plus and minus zoom, Shift and arrows move, Alt and arrows move the divider, Space shows the original.</source>
        <translation>Plus und Minus zoomen, Umschalt und Pfeile verschieben, Alt und Pfeile bewegen die Trennlinie, die Leertaste zeigt das Original.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Removed, amplified {0} times; grey is nothing</source>
        <translation>Entferntes, {0}-fach verstärkt; grau ist nichts</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
</context>
</TS>
