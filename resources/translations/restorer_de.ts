<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>AboutModels</name>
    <message>
        <source>Regular texture fainter than the noise (cloth, hair, distant grass) goes with it. Blotches wider than some 8 pixels are softened, not removed. Trained on photographs: dots of print, dithering and film-like patterns that are the picture are taken for noise.</source>
        <translation>Regelmäßige Struktur, die schwächer ist als das Rauschen (Stoff, Haare, fernes Gras), geht mit ihm verloren. Flecken, die breiter sind als etwa 8 Pixel, werden gemildert, nicht entfernt. Mit Fotos trainiert: Druckraster, Dithering und filmähnliche Muster, die zum Bild gehören, werden für Rauschen gehalten.</translation>
    </message>
    <message>
        <source>Recognized by the file&apos;s own quantization tables or, if it was saved anew, by its pixels; after resizing it is not. Texture that the compression has taken does not come back.</source>
        <translation>Erkannt wird die Kompression an den Quantisierungstabellen der Datei oder, wenn sie neu gespeichert wurde, an ihren Pixeln; nach einer Größenänderung nicht mehr. Struktur, die die Kompression weggenommen hat, kommt nicht wieder.</translation>
    </message>
    <message>
        <source>Detail finer than a pixel of the small picture is not recovered: it is left smooth, or drawn as the nearest thing that the pixels allow, so small print may get wrong letters and fine lines a wrong direction. Strong noise and strong compression are enlarged with the picture: denoise first. Trained on photographs and drawn pages, not on pixel art.</source>
        <translation>Einzelheiten, die feiner sind als ein Pixel des kleinen Bildes, werden nicht wiedergewonnen: Sie bleiben glatt oder werden als das Nächstliegende gezeichnet, das die Pixel zulassen. Kleine Schrift kann falsche Buchstaben bekommen, feine Linien eine falsche Richtung. Starkes Rauschen und starke Kompression werden mit vergrößert: zuerst entrauschen. Mit Fotos und gezeichneten Seiten trainiert, nicht mit Pixelgrafik.</translation>
    </message>
    <message>
        <source>Estimates how noisy a JPEG is</source>
        <translation>Schätzt, wie stark ein JPEG rauscht</translation>
    </message>
    <message>
        <source>Is asked where the other estimator is in doubt</source>
        <translation>Wird gefragt, wo der andere Schätzer zweifelt</translation>
    </message>
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
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Trained on</source>
        <translation>Trainiert mit</translation>
    </message>
    <message>
        <source>Degradations</source>
        <translation>Störungen</translation>
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
        <source>Removes the blocks of strong JPEG compression</source>
        <translation>Entfernt die Blöcke starker JPEG-Kompression</translation>
    </message>
    <message>
        <source>Coarse texture without a quiet place in the whole picture (gravel, leaves to the edges) may be taken for a camera&apos;s grain. Coarse grain of real cameras is read lower than it is, and denoised stronger to make up for it. Slight noise that was in a JPEG of quality 85 or less, and was then saved in another format, may be taken for texture.</source>
        <translation>Grobe Textur ohne ruhige Stelle im ganzen Bild (Kies, Laub bis an den Rand) kann für das Korn einer Kamera gehalten werden. Grobes Korn echter Kameras wird zu schwach gelesen und zum Ausgleich stärker entrauscht. Leichtes Rauschen, das in einem JPEG mit Qualität 85 oder weniger war und danach in einem anderen Format gesichert wurde, kann für Textur gehalten werden.</translation>
    </message>
    <message>
        <source>Coarse texture without a quiet place in the whole picture (gravel, leaves to the edges) may be taken for grain, and very faint grain for silence. Of a picture that was compressed, resized and compressed again it knows the last compression only.</source>
        <translation>Grobe Textur ohne ruhige Stelle im ganzen Bild (Kies, Laub bis an den Rand) kann für Korn gehalten werden und sehr schwaches Korn für Stille. Von einem Bild, das komprimiert, in der Größe verändert und wieder komprimiert wurde, kennt es nur die letzte Kompression.</translation>
    </message>
    <message>
        <source>Very slight noise, and what strong compression has left of slight noise, may be taken for silence. Texture from edge to edge in JPEGs of quality 90 and less may be taken for noise.</source>
        <translation>Sehr schwaches Rauschen und was starke Kompression von schwachem übrig gelassen hat, kann für Stille gehalten werden. Textur von Rand zu Rand in JPEGs der Qualität 90 und weniger kann für Rauschen gehalten werden.</translation>
    </message>
    <message>
        <source>Removes the coarse grain that cameras leave</source>
        <translation>Entfernt das grobe Korn, das Kameras hinterlassen</translation>
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
        <source>loss {0}; {1} steps in {2} hours, last with seed {3} on {4}</source>
        <translation>Verlust {0}; {1} Schritte in {2} Stunden, zuletzt mit Startwert {3} auf {4}</translation>
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
        <translation>Bee&amp;nden</translation>
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
        <translation>Noch &amp;einmal restaurieren</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
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
        <source>Digits</source>
        <translation>Ziffern</translation>
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
        <translation>Ne&amp;beneinander</translation>
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
        <translation>F&amp;arben</translation>
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
        <source>Screen &amp;profile</source>
        <translation>Bildschirm&amp;profil</translation>
    </message>
    <message>
        <source>As the &amp;system says</source>
        <translation>Wie das &amp;System es angibt</translation>
    </message>
    <message>
        <source>From a &amp;file…</source>
        <translation>Aus einer &amp;Datei …</translation>
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
    <name>App</name>
    <message>
        <source>Restorer cannot start, because it cannot keep pixels in {0}: {1}. Make that a folder with room that you may write to, and start again.</source>
        <translation>Restorer kann nicht starten, weil es in {0} keine Pixel ablegen kann: {1}. Sorgen Sie dafür, dass dort ein Ordner mit freiem Platz ist, in den Sie schreiben dürfen, und starten Sie erneut.</translation>
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
    <message>
        <source>{0} is no colour profile of a screen. Choose one made for it.</source>
        <translation>{0} ist kein Farbprofil eines Bildschirms. Wählen Sie eines, das für ihn gemacht ist.</translation>
    </message>
</context>
<context>
    <name>Asking</name>
    <message>
        <source>{0} exists. Replace it?</source>
        <translation>{0} gibt es schon. Ersetzen?</translation>
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
    <name>BatchTable</name>
    <message>
        <source>What becomes of each photo is shown here.</source>
        <translation>Hier steht, was aus jedem Foto wird.</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Save or remove presets</source>
        <translation>Voreinstellungen speichern oder entfernen</translation>
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
        <source>Standard deviation of the noise to remove, or how coarse JPEG blocks are, in 8-bit levels</source>
        <translation>Standardabweichung des Rauschens, das entfernt wird, oder wie grob JPEG-Blöcke sind, in 8-Bit-Stufen</translation>
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
        <source>Remove “{0}”…</source>
        <translation>„{0}“ entfernen …</translation>
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
        <source>Noise: {0}, coarse grain</source>
        <translation>Rauschen: {0}, grobes Korn</translation>
    </message>
    <message>
        <source>JPEG blocks: {0}</source>
        <translation>JPEG-Blöcke: {0}</translation>
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
        <source>{0} was not copied. {1}</source>
        <translation>{0} wurde nicht kopiert. {1}</translation>
    </message>
</context>
<context>
    <name>DigitSaver</name>
    <message>
        <source>digit.png</source>
        <translation>ziffer.png</translation>
    </message>
    <message>
        <source>digits.png</source>
        <translation>ziffern.png</translation>
    </message>
    <message>
        <source>The map is still being drawn. Save it when all of it is seen.</source>
        <translation>Die Karte wird noch gezeichnet. Speichern Sie sie, wenn sie ganz zu sehen ist.</translation>
    </message>
    <message>
        <source>map.png</source>
        <translation>karte.png</translation>
    </message>
    <message>
        <source>path.gif</source>
        <translation>weg.gif</translation>
    </message>
    <message>
        <source>codes.csv</source>
        <translation>codes.csv</translation>
    </message>
    <message>
        <source>Open the picture of a digit</source>
        <translation>Das Bild einer Ziffer öffnen</translation>
    </message>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
        <source>That would be more than {0} megapixels. Choose a smaller size.</source>
        <translation>Das wären mehr als {0} Megapixel. Wählen Sie eine kleinere Größe.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Saved {0}.</source>
        <translation>{0} gespeichert.</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
</context>
<context>
    <name>DigitsState</name>
    <message>
        <source>{0} random digits</source>
        <translation>{0} zufällige Ziffern</translation>
    </message>
    <message>
        <source>Variations</source>
        <translation>Varianten</translation>
    </message>
    <message>
        <source>Path of {0} frames</source>
        <translation>Weg aus {0} Bildern</translation>
    </message>
    <message>
        <source>{0} in random styles</source>
        <translation>{0} in zufälligen Stilen</translation>
    </message>
    <message>
        <source>All ten in this style</source>
        <translation>Alle zehn in diesem Stil</translation>
    </message>
    <message>
        <source>The same random codes</source>
        <translation>Dieselben zufälligen Codes</translation>
    </message>
    <message>
        <source>VAE</source>
        <translation>VAE</translation>
    </message>
    <message>
        <source>Plain autoencoder</source>
        <translation>Einfacher Autoencoder</translation>
    </message>
</context>
<context>
    <name>DrawingPad</name>
    <message>
        <source>Drawing pad</source>
        <translation>Zeichenfläche</translation>
    </message>
    <message>
        <source>Draw a digit with the mouse, as large as you can.</source>
        <translation>Mit der Maus eine Ziffer zeichnen, so groß wie möglich.</translation>
    </message>
    <message>
        <source>Draw a digit here</source>
        <translation>Hier eine Ziffer zeichnen</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>95, or the original&apos;s if finer; unchanged photos are copied</source>
        <translation>95 oder die des Originals, wenn sie feiner ist; unveränderte Fotos werden kopiert</translation>
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
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Keep all metadata</source>
        <translation>Metadaten behalten</translation>
    </message>
    <message>
        <source>Leave out the place</source>
        <translation>Den Ort weglassen</translation>
    </message>
    <message>
        <source>Leave out all metadata</source>
        <translation>Metadaten weglassen</translation>
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
        <source>What should be read</source>
        <translation>Was zu lesen ist</translation>
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
        <translation>Bei gleichem Namen</translation>
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
        <source>Stopping. What is done stays done.</source>
        <translation>Wird angehalten. Was fertig ist, bleibt fertig.</translation>
    </message>
    <message>
        <source>Writing the report…</source>
        <translation>Der Bericht wird geschrieben…</translation>
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
        <source>waiting for new photos</source>
        <translation>wartet auf neue Fotos</translation>
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
        <source>Folders that could not be read: {0}.</source>
        <translation>Ordner, die nicht gelesen werden konnten: {0}.</translation>
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
    <name>Learn</name>
    <message>
        <source>What the axes mean</source>
        <translation>Was die Achsen bedeuten</translation>
    </message>
    <message>
        <source>Why neighbours look alike</source>
        <translation>Warum Nachbarn sich ähneln</translation>
    </message>
    <message>
        <source>What the two losses do</source>
        <translation>Was die beiden Verluste tun</translation>
    </message>
    <message>
        <source>What it cannot do</source>
        <translation>Was es nicht kann</translation>
    </message>
    <message>
        <source>Nobody chose them. The encoder squeezed 784 pixels into two numbers and found its own order: follow one axis and watch what changes.</source>
        <translation>Niemand hat sie gewählt. Der Encoder hat 784 Pixel in zwei Zahlen gepresst und seine eigene Ordnung gefunden: Folgen Sie einer Achse und sehen Sie, was sich ändert.</translation>
    </message>
    <message>
        <source>The digit is given, so the two numbers are left with the style: slant, width and weight of the stroke. The same point is the same hand in all ten digits.</source>
        <translation>Die Ziffer ist vorgegeben, also bleibt den beiden Zahlen der Stil: Neigung, Breite und Strichstärke. Derselbe Punkt ist dieselbe Hand in allen zehn Ziffern.</translation>
    </message>
    <message>
        <source>Training never uses a digit&apos;s exact point but a random one nearby (the ellipse of your drawing). So all points nearby must decode to nearly the same digit.</source>
        <translation>Das Training nimmt nie den genauen Punkt einer Ziffer, sondern einen zufälligen in der Nähe (die Ellipse Ihrer Zeichnung). Also müssen alle nahen Punkte fast dieselbe Ziffer ergeben.</translation>
    </message>
    <message>
        <source>The reconstruction loss pulls different digits apart so that each comes back sharp. The KL loss pulls all towards the middle so that no room stays empty. The map is their compromise.</source>
        <translation>Der Rekonstruktionsverlust zieht verschiedene Ziffern auseinander, damit jede scharf zurückkommt. Der KL-Verlust zieht alle zur Mitte, damit kein Platz leer bleibt. Die Karte ist ihr Kompromiss.</translation>
    </message>
    <message>
        <source>Here they often do not: each digit is trained at its exact point only, and nothing says what lies between.</source>
        <translation>Hier oft nicht: Jede Ziffer wird nur an ihrem genauen Punkt trainiert, und nichts sagt, was dazwischen liegt.</translation>
    </message>
    <message>
        <source>There is only one, the reconstruction loss. Nothing fills the map, so random points fall into holes. Compare it with the VAE.</source>
        <translation>Es gibt nur einen, den Rekonstruktionsverlust. Nichts füllt die Karte, also fallen zufällige Punkte in Löcher. Vergleichen Sie mit dem VAE.</translation>
    </message>
    <message>
        <source>It has seen nothing but handwritten digits. Draw a letter or a shoe: it answers with the digit that comes nearest, and the ellipse and the losses show its doubt.</source>
        <translation>Es hat nur handgeschriebene Ziffern gesehen. Zeichnen Sie einen Buchstaben oder einen Schuh: Es antwortet mit der nächstliegenden Ziffer, und Ellipse und Verlust zeigen seinen Zweifel.</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>±3</source>
        <translation>±3</translation>
    </message>
    <message>
        <source>Axes by equal steps; the rings are the prior&apos;s sigmas</source>
        <translation>Achsen in gleichen Schritten; die Ringe sind die Sigmas des Priors</translation>
    </message>
    <message>
        <source>Equal shares</source>
        <translation>Gleiche Anteile</translation>
    </message>
    <message>
        <source>Axes by equal shares of the prior: dense regions get their room</source>
        <translation>Achsen nach gleichen Anteilen des Priors: Dichte Gebiete bekommen ihren Platz</translation>
    </message>
    <message>
        <source>Axes</source>
        <translation>Achsen</translation>
    </message>
    <message>
        <source>Digits</source>
        <translation>Ziffern</translation>
    </message>
    <message>
        <source>Show the decoded digits</source>
        <translation>Die dekodierten Ziffern zeigen</translation>
    </message>
    <message>
        <source>What the model draws at each point of the map</source>
        <translation>Was das Modell an jedem Punkt der Karte zeichnet</translation>
    </message>
    <message>
        <source>Test digits</source>
        <translation>Testziffern</translation>
    </message>
    <message>
        <source>Show the test digits</source>
        <translation>Die Testziffern zeigen</translation>
    </message>
    <message>
        <source>Where 10,000 real digits lie that the model never trained on</source>
        <translation>Wo 10.000 echte Ziffern liegen, mit denen das Modell nie trainiert wurde</translation>
    </message>
    <message>
        <source>Hatched: a guess</source>
        <translation>Schraffiert: geraten</translation>
    </message>
    <message>
        <source>Hardly any real digit lies there: the model has to guess.</source>
        <translation>Dort liegt kaum eine echte Ziffer: Das Modell muss raten.</translation>
    </message>
    <message>
        <source>Save map…</source>
        <translation>Karte speichern …</translation>
    </message>
    <message>
        <source>Save map</source>
        <translation>Karte speichern</translation>
    </message>
    <message>
        <source>Save the decoded digits that are seen as one picture</source>
        <translation>Die sichtbaren dekodierten Ziffern als ein Bild speichern</translation>
    </message>
    <message>
        <source>Test digits: {0}</source>
        <translation>Testziffern: {0}</translation>
    </message>
    <message>
        <source>Show the {0}s</source>
        <translation>Die Ziffern {0} zeigen</translation>
    </message>
    <message>
        <source>Where real digits lie on this map is not known.</source>
        <translation>Wo auf dieser Karte echte Ziffern liegen, ist nicht bekannt.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
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
        <source>Remove the preset “{0}”? It cannot be brought back.</source>
        <translation>Die Voreinstellung „{0}“ entfernen? Sie lässt sich nicht zurückholen.</translation>
    </message>
    <message>
        <source>Remove a preset</source>
        <translation>Voreinstellung entfernen</translation>
    </message>
    <message>
        <source>A folder is being restored. Stop? It can be taken up again later.</source>
        <translation>Ein Ordner wird restauriert. Anhalten? Das lässt sich später fortsetzen.</translation>
    </message>
</context>
<context>
    <name>MapView</name>
    <message>
        <source>Map of digits</source>
        <translation>Karte der Ziffern</translation>
    </message>
    <message>
        <source>Arrows move the point, with Shift by large steps. Plus and minus zoom, 0 shows the whole map, Home goes to the middle, R to a random point. A and B mark the ends of a path. Space and drag move the map.</source>
        <translation>Pfeile bewegen den Punkt, mit Umschalt in großen Schritten. Plus und Minus zoomen, 0 zeigt die ganze Karte, Pos1 geht zur Mitte, R zu einem zufälligen Punkt. A und B markieren die Enden eines Wegs. Leertaste und Ziehen verschieben die Karte.</translation>
    </message>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}; {1}</translation>
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
    <name>OpenFlow</name>
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
</context>
<context>
    <name>Own</name>
    <message>
        <source>Clear</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Begin anew</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Open the picture of a digit</source>
        <translation>Das Bild einer Ziffer öffnen</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Take the picture in the clipboard</source>
        <translation>Das Bild aus der Zwischenablage nehmen</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>The digit, centred and scaled as the model wants it</source>
        <translation>Die Ziffer, zentriert und skaliert, wie das Modell sie will</translation>
    </message>
    <message>
        <source>Rebuilt</source>
        <translation>Nachgebaut</translation>
    </message>
    <message>
        <source>What the decoder makes of its point</source>
        <translation>Was der Decoder aus seinem Punkt macht</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>Verloren</translation>
    </message>
    <message>
        <source>The difference between both</source>
        <translation>Der Unterschied zwischen beiden</translation>
    </message>
    <message>
        <source>Try a letter or a shoe, too: the model can only answer with digits.</source>
        <translation>Versuchen Sie auch einen Buchstaben oder einen Schuh: Das Modell kann nur mit Ziffern antworten.</translation>
    </message>
    <message>
        <source>At {0}, {1}</source>
        <translation>Bei {0}; {1}</translation>
    </message>
    <message>
        <source>At {0} ± {1}, {2} ± {3}</source>
        <translation>Bei {0} ± {1}; {2} ± {3}</translation>
    </message>
    <message>
        <source>Off by {0} % on average.</source>
        <translation>Im Mittel um {0} % daneben.</translation>
    </message>
</context>
<context>
    <name>Panel</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Which model draws the digits</source>
        <translation>Welches Modell die Ziffern zeichnet</translation>
    </message>
    <message>
        <source>Convolutional VAE</source>
        <translation>Faltungs-VAE</translation>
    </message>
    <message>
        <source>Dense VAE</source>
        <translation>Dichter VAE</translation>
    </message>
    <message>
        <source>Conditional VAE</source>
        <translation>Bedingter VAE</translation>
    </message>
    <message>
        <source>Plain autoencoder</source>
        <translation>Einfacher Autoencoder</translation>
    </message>
    <message>
        <source>Draw a {0}</source>
        <translation>Eine {0} zeichnen</translation>
    </message>
    <message>
        <source>Digit</source>
        <translation>Ziffer</translation>
    </message>
    <message>
        <source>Digit at the point</source>
        <translation>Ziffer am Punkt</translation>
    </message>
    <message>
        <source>Horizontal position</source>
        <translation>Waagerechte Position</translation>
    </message>
    <message>
        <source>Vertical position</source>
        <translation>Senkrechte Position</translation>
    </message>
    <message>
        <source>Hardly any real digit lies here: this is a guess.</source>
        <translation>Hier liegt kaum eine echte Ziffer: Das ist geraten.</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Spielen</translation>
    </message>
    <message>
        <source>Random digits, variations and paths</source>
        <translation>Zufällige Ziffern, Varianten und Wege</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>Zeichnen</translation>
    </message>
    <message>
        <source>Find the place of a digit of your own</source>
        <translation>Den Platz einer eigenen Ziffer finden</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>What the map shows, in a few sentences</source>
        <translation>Was die Karte zeigt, in wenigen Sätzen</translation>
    </message>
    <message>
        <source>Part of the panel</source>
        <translation>Teil des Bereichs</translation>
    </message>
    <message>
        <source>Side of a saved digit in pixels</source>
        <translation>Seite einer gespeicherten Ziffer in Pixeln</translation>
    </message>
    <message>
        <source>Side of each digit in pixels when saved or copied</source>
        <translation>Seite jeder Ziffer in Pixeln beim Speichern oder Kopieren</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the digit as a picture</source>
        <translation>Die Ziffer als Bild kopieren</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Speichern …</translation>
    </message>
    <message>
        <source>Save the digit as a picture</source>
        <translation>Die Ziffer als Bild speichern</translation>
    </message>
    <message>
        <source>Send to Restore</source>
        <translation>Zum Restaurieren</translation>
    </message>
    <message>
        <source>Enlarge the digit, add noise and see it cleaned on the page of photos</source>
        <translation>Die Ziffer vergrößern, verrauschen und auf der Fotoseite entrauschen lassen</translation>
    </message>
    <message>
        <source>x</source>
        <translation>x</translation>
    </message>
    <message>
        <source>y</source>
        <translation>y</translation>
    </message>
    <message>
        <source>At {0}, {1}</source>
        <translation>Bei {0}; {1}</translation>
    </message>
</context>
<context>
    <name>Play</name>
    <message>
        <source>How many</source>
        <translation>Wie viele</translation>
    </message>
    <message>
        <source> digits</source>
        <translation> Ziffern</translation>
    </message>
    <message>
        <source>Frames of a path</source>
        <translation>Bilder eines Wegs</translation>
    </message>
    <message>
        <source> frames</source>
        <translation> Bilder</translation>
    </message>
    <message>
        <source>Random digit</source>
        <translation>Zufällige Ziffer</translation>
    </message>
    <message>
        <source>Throw the dice: a point drawn from the prior</source>
        <translation>Würfeln: ein Punkt aus dem Prior</translation>
    </message>
    <message>
        <source>Random sheet</source>
        <translation>Zufälliger Bogen</translation>
    </message>
    <message>
        <source>Many points from the prior</source>
        <translation>Viele Punkte aus dem Prior</translation>
    </message>
    <message>
        <source>Vary</source>
        <translation>Variieren</translation>
    </message>
    <message>
        <source>Digits from points close to this one</source>
        <translation>Ziffern von Punkten nahe bei diesem</translation>
    </message>
    <message>
        <source>Set A</source>
        <translation>A setzen</translation>
    </message>
    <message>
        <source>The path begins at this point</source>
        <translation>Der Weg beginnt an diesem Punkt</translation>
    </message>
    <message>
        <source>Set B</source>
        <translation>B setzen</translation>
    </message>
    <message>
        <source>The path ends at this point</source>
        <translation>Der Weg endet an diesem Punkt</translation>
    </message>
    <message>
        <source>Show path</source>
        <translation>Weg zeigen</translation>
    </message>
    <message>
        <source>The digits on the way from A to B</source>
        <translation>Die Ziffern auf dem Weg von A nach B</translation>
    </message>
    <message>
        <source>Random styles</source>
        <translation>Zufällige Stile</translation>
    </message>
    <message>
        <source>The same digit in random styles</source>
        <translation>Dieselbe Ziffer in zufälligen Stilen</translation>
    </message>
    <message>
        <source>All ten digits</source>
        <translation>Alle zehn Ziffern</translation>
    </message>
    <message>
        <source>All ten digits in the style of this point</source>
        <translation>Alle zehn Ziffern im Stil dieses Punkts</translation>
    </message>
    <message>
        <source>VAE beside autoencoder</source>
        <translation>VAE neben Autoencoder</translation>
    </message>
    <message>
        <source>The same random codes through both: only one has a map without holes</source>
        <translation>Dieselben zufälligen Codes durch beide: Nur eine Karte hat keine Löcher</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Weg</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>There is no plain autoencoder beside these weights.</source>
        <translation>Neben diesen Gewichten liegt kein einfacher Autoencoder.</translation>
    </message>
</context>
<context>
    <name>Reporter</name>
    <message>
        <source>The report was not written: its process ended. Try again.</source>
        <translation>Der Bericht wurde nicht geschrieben: Sein Prozess ist beendet. Versuchen Sie es noch einmal.</translation>
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
        <source>{0} is not saved: another photo is being opened.</source>
        <translation>{0} wird nicht gespeichert: ein anderes Foto wird geöffnet.</translation>
    </message>
    <message>
        <source>Save the result</source>
        <translation>Ergebnis speichern</translation>
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
    <name>Saves</name>
    <message>
        <source>{0} was not saved. {1}</source>
        <translation>{0} wurde nicht gespeichert. {1}</translation>
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
        <source>{0} was not saved. {1}</source>
        <translation>{0} wurde nicht gespeichert. {1}</translation>
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
    <name>SheetPicture</name>
    <message>
        <source>Drawn digits</source>
        <translation>Gezeichnete Ziffern</translation>
    </message>
    <message>
        <source>Arrows choose a digit, Enter goes to its point.</source>
        <translation>Pfeile wählen eine Ziffer, Enter geht zu ihrem Punkt.</translation>
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
    <name>Tray</name>
    <message>
        <source>Play</source>
        <translation>Spielen</translation>
    </message>
    <message>
        <source>Walk the path back and forth</source>
        <translation>Den Weg hin und her gehen</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>Speichern …</translation>
    </message>
    <message>
        <source>Save these digits as one picture</source>
        <translation>Diese Ziffern als ein Bild speichern</translation>
    </message>
    <message>
        <source>Save animation…</source>
        <translation>Animation speichern …</translation>
    </message>
    <message>
        <source>Save the path as GIF or WebP</source>
        <translation>Den Weg als GIF oder WebP speichern</translation>
    </message>
    <message>
        <source>Codes…</source>
        <translation>Codes …</translation>
    </message>
    <message>
        <source>Save the points as CSV</source>
        <translation>Die Punkte als CSV speichern</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy these digits as one picture</source>
        <translation>Diese Ziffern als ein Bild kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close the strip</source>
        <translation>Den Streifen schließen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
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
