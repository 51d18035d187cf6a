"""The consent texts, in English and Indonesian. A changed wording is a new version, in a new migration."""

import hashlib

from django.db import migrations

ACCOUNT_1_EN = """\
What Raut does with a video
Raut looks at your video several times a second, finds the faces in it and estimates for each face how much its expression looks angry, disgusted, afraid, happy, sad, surprised or neutral.

What the result means, and what it does not
The result describes facial expression: what a face shows. It does not say what a person feels, thinks or intends, and it is sometimes wrong. Do not decide about people by it, and do not use it at work or in education to judge them.

What is stored
The video, its name, and for each moment and face: where the face is in the picture, the seven scores, or the reason why there are none. A face has a number that is valid within one video only. Raut does not recognise who somebody is and keeps nothing that could identify a face in another video.

How long it is stored, and where
On this server, until you delete the session. Deleting a session removes its video and all its results at once. Nothing is sent to other services.

Who can see it
You, and the members of the study that the session belongs to. The people who operate this server can reach its storage.

The people in your videos
Upload only videos of yourself or of people who know about this analysis and have agreed to it. For a child, a parent or guardian must agree.

How to withdraw
You can withdraw this consent at any time on this page, with one click. From then on nothing new is analysed. Sessions that exist stay until you delete them.
"""

ACCOUNT_1_ID = """\
Apa yang dilakukan Raut dengan sebuah video
Raut melihat video Anda beberapa kali per detik, mencari wajah di dalamnya, dan untuk setiap wajah memperkirakan seberapa jauh ekspresinya tampak marah, jijik, takut, senang, sedih, terkejut, atau netral.

Apa arti hasilnya, dan apa yang bukan artinya
Hasilnya menggambarkan ekspresi wajah: apa yang tampak pada wajah. Hasil itu tidak menyatakan apa yang dirasakan, dipikirkan, atau diniatkan seseorang, dan kadang-kadang keliru. Jangan mengambil keputusan tentang orang berdasarkan hasil ini, dan jangan memakainya untuk menilai orang di tempat kerja atau di dunia pendidikan.

Apa yang disimpan
Video, namanya, dan untuk setiap saat dan setiap wajah: letak wajah dalam gambar, ketujuh skor, atau alasan mengapa tidak ada skor. Sebuah wajah mendapat nomor yang hanya berlaku dalam satu video. Raut tidak mengenali siapa seseorang dan tidak menyimpan apa pun yang dapat mengenali wajah itu di video lain.

Berapa lama disimpan, dan di mana
Di server ini, sampai Anda menghapus sesinya. Menghapus sebuah sesi langsung menghapus video dan semua hasilnya. Tidak ada yang dikirim ke layanan lain.

Siapa yang dapat melihatnya
Anda, dan para anggota studi tempat sesi itu berada. Pengelola server ini dapat mengakses penyimpanannya.

Orang-orang dalam video Anda
Unggahlah hanya video diri Anda sendiri atau orang yang mengetahui analisis ini dan telah menyetujuinya. Untuk anak, orang tua atau walinya yang harus menyetujui.

Cara menarik kembali persetujuan
Anda dapat menarik kembali persetujuan ini kapan saja di halaman ini, dengan satu klik. Sejak saat itu tidak ada hal baru yang dianalisis. Sesi yang sudah ada tetap tersimpan sampai Anda menghapusnya.
"""

PARTICIPANT_1_EN = """\
What Raut does
A camera picture or video of you is looked at several times a second. For each moment Raut estimates how much your expression looks angry, disgusted, afraid, happy, sad, surprised or neutral. It describes what a face shows, not what you feel or think, and it is sometimes wrong. Nobody may decide about you by it.

What is stored
For each moment: where your face is in the picture and the seven scores, or the reason why there are none. They are kept under a pseudonym. Raut does not recognise who you are and keeps nothing that could find your face in another video.

What you can allow, each apart
Analysing your expression is needed to take part. Keeping the video, using pictures of your face to train models, and sharing the results with other researchers are your choice: you can take part without them.

How long, where and who
Everything lies on this study's own server and is not sent to other services. The members of the study can see it, and the people who operate the server can reach its storage. It is deleted when the study's time for it is over; your page shows what is held.

Your rights
Your participation is voluntary. On your page you can see what is held, download it, withdraw your consent with one click, and ask for erasure. Requests are answered within 72 hours. You may also complain to the data protection authority.

When you withdraw
A running recording stops within seconds. What was recorded with your consent is deleted, and pictures of your face leave the training data. You need give no reason and have no disadvantage.

Children
For a child, a parent or guardian must read this and agree.
"""

PARTICIPANT_1_ID = """\
Apa yang dilakukan Raut
Gambar kamera atau video Anda dilihat beberapa kali per detik. Untuk setiap saat, Raut memperkirakan seberapa jauh ekspresi Anda tampak marah, jijik, takut, senang, sedih, terkejut, atau netral. Hasilnya menggambarkan apa yang tampak pada wajah, bukan apa yang Anda rasakan atau pikirkan, dan kadang-kadang keliru. Tidak seorang pun boleh mengambil keputusan tentang Anda berdasarkan hasil ini.

Apa yang disimpan
Untuk setiap saat: letak wajah Anda dalam gambar dan ketujuh skor, atau alasan mengapa tidak ada skor. Semuanya disimpan dengan nama samaran. Raut tidak mengenali siapa Anda dan tidak menyimpan apa pun yang dapat menemukan wajah Anda di video lain.

Apa yang dapat Anda izinkan, masing-masing terpisah
Analisis ekspresi diperlukan untuk ikut serta. Menyimpan video, memakai gambar wajah Anda untuk melatih model, dan membagikan hasilnya kepada peneliti lain adalah pilihan Anda: Anda dapat ikut serta tanpa itu.

Berapa lama, di mana, dan siapa
Semuanya berada di server studi ini sendiri dan tidak dikirim ke layanan lain. Para anggota studi dapat melihatnya, dan pengelola server dapat mengakses penyimpanannya. Data dihapus setelah waktu yang ditetapkan studi berakhir; halaman Anda menunjukkan apa yang disimpan.

Hak Anda
Keikutsertaan Anda bersifat sukarela. Di halaman Anda, Anda dapat melihat apa yang disimpan, mengunduhnya, menarik kembali persetujuan dengan satu klik, dan meminta penghapusan. Permintaan dijawab dalam 72 jam. Anda juga dapat mengadu kepada lembaga pelindungan data pribadi.

Bila Anda menarik kembali persetujuan
Perekaman yang sedang berjalan berhenti dalam beberapa detik. Apa yang direkam dengan persetujuan Anda dihapus, dan gambar wajah Anda dikeluarkan dari data pelatihan. Anda tidak perlu menyebutkan alasan dan tidak dirugikan.

Anak-anak
Untuk anak, orang tua atau walinya harus membaca ini dan menyetujuinya.
"""

ACCOUNT_2_EN = """\
What Raut does with a video
Raut looks at your video several times a second, finds the faces in it and estimates for each face how much its expression looks angry, disgusted, afraid, happy, sad, surprised or neutral.

What the result means, and what it does not
The result describes facial expression: what a face shows. It does not say what a person feels, thinks or intends, and it is sometimes wrong. Do not decide about people by it, and do not use it at work or in education to judge them.

What is stored
The video, if you allow it to be kept, its name, and for each moment and face: where the face is in the picture, the seven scores, or the reason why there are none. A face has a number that is valid within one video only. Raut does not recognise who somebody is and keeps nothing that could identify a face in another video.

How long it is stored, and where
On this server, until you delete the session or the study's time for it is over. Deleting a session removes its video and all its results at once. Nothing is sent to other services.

Who can see it
You, and the members of the study that the session belongs to. The people who operate this server can reach its storage.

The people in your videos
Upload only videos of yourself or of people who know about this analysis and have agreed to it. For a child, a parent or guardian must agree.

How to withdraw
You can withdraw this consent at any time on this page, with one click. What runs stops within seconds, nothing new is analysed, and the sessions that were recorded with this consent are deleted with their videos.
"""

ACCOUNT_2_ID = """\
Apa yang dilakukan Raut dengan sebuah video
Raut melihat video Anda beberapa kali per detik, mencari wajah di dalamnya, dan untuk setiap wajah memperkirakan seberapa jauh ekspresinya tampak marah, jijik, takut, senang, sedih, terkejut, atau netral.

Apa arti hasilnya, dan apa yang bukan artinya
Hasilnya menggambarkan ekspresi wajah: apa yang tampak pada wajah. Hasil itu tidak menyatakan apa yang dirasakan, dipikirkan, atau diniatkan seseorang, dan kadang-kadang keliru. Jangan mengambil keputusan tentang orang berdasarkan hasil ini, dan jangan memakainya untuk menilai orang di tempat kerja atau di dunia pendidikan.

Apa yang disimpan
Video, bila Anda mengizinkannya disimpan, namanya, dan untuk setiap saat dan setiap wajah: letak wajah dalam gambar, ketujuh skor, atau alasan mengapa tidak ada skor. Sebuah wajah mendapat nomor yang hanya berlaku dalam satu video. Raut tidak mengenali siapa seseorang dan tidak menyimpan apa pun yang dapat mengenali wajah itu di video lain.

Berapa lama disimpan, dan di mana
Di server ini, sampai Anda menghapus sesinya atau waktu yang ditetapkan studi berakhir. Menghapus sebuah sesi langsung menghapus video dan semua hasilnya. Tidak ada yang dikirim ke layanan lain.

Siapa yang dapat melihatnya
Anda, dan para anggota studi tempat sesi itu berada. Pengelola server ini dapat mengakses penyimpanannya.

Orang-orang dalam video Anda
Unggahlah hanya video diri Anda sendiri atau orang yang mengetahui analisis ini dan telah menyetujuinya. Untuk anak, orang tua atau walinya yang harus menyetujui.

Cara menarik kembali persetujuan
Anda dapat menarik kembali persetujuan ini kapan saja di halaman ini, dengan satu klik. Apa yang sedang berjalan berhenti dalam beberapa detik, tidak ada hal baru yang dianalisis, dan sesi-sesi yang direkam dengan persetujuan ini dihapus beserta videonya.
"""

PARTICIPANT_2_EN = """\
What Raut does
A camera picture or video of you is looked at several times a second. For each moment Raut estimates how much your expression looks angry, disgusted, afraid, happy, sad, surprised or neutral. It describes what a face shows, not what you feel or think, and it is sometimes wrong. Nobody may decide about you by it.

What is stored
For each moment: where your face is in the picture and the seven scores, or the reason why there are none. They are kept under a pseudonym. Raut does not recognise who you are and keeps nothing that could find your face in another video.

What you can allow, each apart
Analysing your expression is needed to take part. Keeping the video, using pictures of your face to train models, and sharing the results with other researchers are your choice: you can take part without them.

If you allow sharing
The owners of the study may then give the readings of your sessions to other researchers, as a file: times counted from the start, where your face is in the picture, the scores or why there are none, and which model read them. It holds no name, pseudonym, date, note or video, and numbers stand for people and sessions. Raut itself sends it to nobody; the study answers for who gets it. Once you take this back, your sessions are missing from every new file; a file that was handed on before cannot be called back.

How long, where and who
Everything lies on this study's own server and is not sent to other services. The members of the study can see it, other researchers only as you allow above, and the people who operate the server can reach its storage. It is deleted when the study's time for it is over; your page shows what is held.

Your rights
Your participation is voluntary. On your page you can see what is held, download it, withdraw your consent with one click, and ask for erasure. Requests are answered within 72 hours. You may also complain to the data protection authority.

When you withdraw
A running recording stops within seconds. What was recorded with your consent is deleted, and pictures of your face leave the training data. You need give no reason and have no disadvantage.

Children
For a child, a parent or guardian must read this and agree.
"""

PARTICIPANT_2_ID = """\
Apa yang dilakukan Raut
Gambar kamera atau video Anda dilihat beberapa kali per detik. Untuk setiap saat, Raut memperkirakan seberapa jauh ekspresi Anda tampak marah, jijik, takut, senang, sedih, terkejut, atau netral. Hasilnya menggambarkan apa yang tampak pada wajah, bukan apa yang Anda rasakan atau pikirkan, dan kadang-kadang keliru. Tidak seorang pun boleh mengambil keputusan tentang Anda berdasarkan hasil ini.

Apa yang disimpan
Untuk setiap saat: letak wajah Anda dalam gambar dan ketujuh skor, atau alasan mengapa tidak ada skor. Semuanya disimpan dengan nama samaran. Raut tidak mengenali siapa Anda dan tidak menyimpan apa pun yang dapat menemukan wajah Anda di video lain.

Apa yang dapat Anda izinkan, masing-masing terpisah
Analisis ekspresi diperlukan untuk ikut serta. Menyimpan video, memakai gambar wajah Anda untuk melatih model, dan membagikan hasilnya kepada peneliti lain adalah pilihan Anda: Anda dapat ikut serta tanpa itu.

Bila Anda mengizinkan pembagian hasil
Pemilik studi boleh memberikan hasil pembacaan sesi-sesi Anda kepada peneliti lain sebagai berkas: waktu yang dihitung sejak awal rekaman, letak wajah Anda dalam gambar, skornya atau alasan mengapa tidak ada skor, dan model yang membacanya. Berkas itu tidak memuat nama, nama samaran, tanggal, catatan, atau video; orang dan sesi hanya diwakili angka. Raut sendiri tidak mengirimkannya kepada siapa pun; studi bertanggung jawab atas siapa yang menerimanya. Setelah Anda mencabut izin ini, sesi Anda tidak ada lagi dalam berkas baru; berkas yang sudah diserahkan sebelumnya tidak dapat ditarik kembali.

Berapa lama, di mana, dan siapa
Semuanya berada di server studi ini sendiri dan tidak dikirim ke layanan lain. Para anggota studi dapat melihatnya, peneliti lain hanya sejauh yang Anda izinkan di atas, dan pengelola server dapat mengakses penyimpanannya. Data dihapus setelah waktu yang ditetapkan studi berakhir; halaman Anda menunjukkan apa yang disimpan.

Hak Anda
Keikutsertaan Anda bersifat sukarela. Di halaman Anda, Anda dapat melihat apa yang disimpan, mengunduhnya, menarik kembali persetujuan dengan satu klik, dan meminta penghapusan. Permintaan dijawab dalam 72 jam. Anda juga dapat mengadu kepada lembaga pelindungan data pribadi.

Bila Anda menarik kembali persetujuan
Perekaman yang sedang berjalan berhenti dalam beberapa detik. Apa yang direkam dengan persetujuan Anda dihapus, dan gambar wajah Anda dikeluarkan dari data pelatihan. Anda tidak perlu menyebutkan alasan dan tidak dirugikan.

Anak-anak
Untuk anak, orang tua atau walinya harus membaca ini dan menyetujuinya.
"""

ACCOUNT_3_EN = """\
What Raut does with a video
Raut looks at your video several times a second, finds the faces in it and estimates for each face how much its expression looks angry, disgusted, afraid, happy, sad, surprised or neutral.

What the result means, and what it does not
The result describes facial expression: what a face shows. It does not say what a person feels, thinks or intends, and it is sometimes wrong. Do not decide about people by it, and do not use it at work or in education to judge them.

What is stored
The video, if you allow it to be kept, its name, and for each moment and face: where the face is in the picture, the seven scores, or the reason why there are none. A face has a number that is valid within one video only. Raut does not recognise who somebody is and keeps nothing that could identify a face in another video.

How long it is stored, and where
On this server, until you delete the session or the study's time for it is over. Deleting a session removes its video and all its results at once. Nothing is sent to other services.

Who can see it
You, the members of the study that the session belongs to, and other researchers only if you allow that. The people who operate this server can reach its storage.

If you allow sharing
The owners of the study that a session belongs to may then give the readings of your sessions to other researchers, as a file: times counted from the start, where faces are in the picture, the scores or why there are none, and which model read them. It holds no name, pseudonym, date, note or video, and numbers stand for people and sessions. Raut itself sends it to nobody; the study answers for who gets it. Once you take this back, your sessions are missing from every new file; a file that was handed on before cannot be called back.

The people in your videos
Upload only videos of yourself or of people who know about this analysis and have agreed to it; allow sharing only if they agree to that, too. For a child, a parent or guardian must agree.

How to withdraw
You can withdraw this consent at any time on this page, with one click. What runs stops within seconds, nothing new is analysed, and the sessions that were recorded with this consent are deleted with their videos.
"""

ACCOUNT_3_ID = """\
Apa yang dilakukan Raut dengan sebuah video
Raut melihat video Anda beberapa kali per detik, mencari wajah di dalamnya, dan untuk setiap wajah memperkirakan seberapa jauh ekspresinya tampak marah, jijik, takut, senang, sedih, terkejut, atau netral.

Apa arti hasilnya, dan apa yang bukan artinya
Hasilnya menggambarkan ekspresi wajah: apa yang tampak pada wajah. Hasil itu tidak menyatakan apa yang dirasakan, dipikirkan, atau diniatkan seseorang, dan kadang-kadang keliru. Jangan mengambil keputusan tentang orang berdasarkan hasil ini, dan jangan memakainya untuk menilai orang di tempat kerja atau di dunia pendidikan.

Apa yang disimpan
Video, bila Anda mengizinkannya disimpan, namanya, dan untuk setiap saat dan setiap wajah: letak wajah dalam gambar, ketujuh skor, atau alasan mengapa tidak ada skor. Sebuah wajah mendapat nomor yang hanya berlaku dalam satu video. Raut tidak mengenali siapa seseorang dan tidak menyimpan apa pun yang dapat mengenali wajah itu di video lain.

Berapa lama disimpan, dan di mana
Di server ini, sampai Anda menghapus sesinya atau waktu yang ditetapkan studi berakhir. Menghapus sebuah sesi langsung menghapus video dan semua hasilnya. Tidak ada yang dikirim ke layanan lain.

Siapa yang dapat melihatnya
Anda, para anggota studi tempat sesi itu berada, dan peneliti lain hanya bila Anda mengizinkannya. Pengelola server ini dapat mengakses penyimpanannya.

Bila Anda mengizinkan pembagian hasil
Pemilik studi tempat sebuah sesi berada boleh memberikan hasil pembacaan sesi-sesi Anda kepada peneliti lain sebagai berkas: waktu yang dihitung sejak awal rekaman, letak wajah dalam gambar, skornya atau alasan mengapa tidak ada skor, dan model yang membacanya. Berkas itu tidak memuat nama, nama samaran, tanggal, catatan, atau video; orang dan sesi hanya diwakili angka. Raut sendiri tidak mengirimkannya kepada siapa pun; studi bertanggung jawab atas siapa yang menerimanya. Setelah Anda mencabut izin ini, sesi Anda tidak ada lagi dalam berkas baru; berkas yang sudah diserahkan sebelumnya tidak dapat ditarik kembali.

Orang-orang dalam video Anda
Unggahlah hanya video diri Anda sendiri atau orang yang mengetahui analisis ini dan telah menyetujuinya; izinkan pembagian hasil hanya bila mereka juga menyetujuinya. Untuk anak, orang tua atau walinya yang harus menyetujui.

Cara menarik kembali persetujuan
Anda dapat menarik kembali persetujuan ini kapan saja di halaman ini, dengan satu klik. Apa yang sedang berjalan berhenti dalam beberapa detik, tidak ada hal baru yang dianalisis, dan sesi-sesi yang direkam dengan persetujuan ini dihapus beserta videonya.
"""

ACCOUNT_4_EN = """\
What Raut does with a video
Raut looks at your video several times a second, finds the faces in it and estimates for each face how much its expression looks angry, disgusted, afraid, happy, sad, surprised or neutral.

What the result means, and what it does not
The result describes facial expression: what a face shows. It does not say what a person feels, thinks or intends, and it is sometimes wrong. Do not decide about people by it, and do not use it at work or in education to judge them.

What is stored
The video, if you allow it to be kept, its name, and for each moment and face: where the face is in the picture, the seven scores, or the reason why there are none. A face has a number that is valid within one video only. Raut does not recognise who somebody is and keeps nothing that could identify a face in another video.

How long it is stored, and where
On this server, until you delete the session or the study's time for it is over. Deleting a session removes its video and all its results at once. Nothing is sent to other services.

Who can see it
You, the members of the study that the session belongs to, and other researchers only if you allow that. The people who operate this server can reach its storage.

If you allow sharing
The owners of the study that a session belongs to may then give the readings of your sessions to other researchers, as a file: times counted from the start, where faces are in the picture, the scores or why there are none, and which model read them. It holds no name, pseudonym, date, note or video, and numbers stand for people and sessions. Raut itself sends it to nobody; the study answers for who gets it. Once you take this back, your sessions are missing from every new file; a file that was handed on before cannot be called back.

Your own face, and nobody else's
This consent is about recordings of yourself. It says nothing for other people: everybody else takes part in a study, reads its notice, and agrees and withdraws by a link of their own. Neither consent touches the other. Whoever can also be seen in a recording of yourself must know about this analysis and have agreed to it. For a child, a parent or guardian must agree.

How to withdraw
You can withdraw this consent at any time on this page. It shows first what goes, and offers a copy. What runs stops within seconds, nothing new is analysed, and the sessions that were recorded with this consent are deleted with their videos; those of participants stay.
"""

ACCOUNT_4_ID = """\
Apa yang dilakukan Raut dengan sebuah video
Raut melihat video Anda beberapa kali per detik, mencari wajah di dalamnya, dan untuk setiap wajah memperkirakan seberapa jauh ekspresinya tampak marah, jijik, takut, senang, sedih, terkejut, atau netral.

Apa arti hasilnya, dan apa yang bukan artinya
Hasilnya menggambarkan ekspresi wajah: apa yang tampak pada wajah. Hasil itu tidak menyatakan apa yang dirasakan, dipikirkan, atau diniatkan seseorang, dan kadang-kadang keliru. Jangan mengambil keputusan tentang orang berdasarkan hasil ini, dan jangan memakainya untuk menilai orang di tempat kerja atau di dunia pendidikan.

Apa yang disimpan
Video, bila Anda mengizinkannya disimpan, namanya, dan untuk setiap saat dan setiap wajah: letak wajah dalam gambar, ketujuh skor, atau alasan mengapa tidak ada skor. Sebuah wajah mendapat nomor yang hanya berlaku dalam satu video. Raut tidak mengenali siapa seseorang dan tidak menyimpan apa pun yang dapat mengenali wajah itu di video lain.

Berapa lama disimpan, dan di mana
Di server ini, sampai Anda menghapus sesinya atau waktu yang ditetapkan studi berakhir. Menghapus sebuah sesi langsung menghapus video dan semua hasilnya. Tidak ada yang dikirim ke layanan lain.

Siapa yang dapat melihatnya
Anda, para anggota studi tempat sesi itu berada, dan peneliti lain hanya bila Anda mengizinkannya. Pengelola server ini dapat mengakses penyimpanannya.

Bila Anda mengizinkan pembagian hasil
Pemilik studi tempat sebuah sesi berada boleh memberikan hasil pembacaan sesi-sesi Anda kepada peneliti lain sebagai berkas: waktu yang dihitung sejak awal rekaman, letak wajah dalam gambar, skornya atau alasan mengapa tidak ada skor, dan model yang membacanya. Berkas itu tidak memuat nama, nama samaran, tanggal, catatan, atau video; orang dan sesi hanya diwakili angka. Raut sendiri tidak mengirimkannya kepada siapa pun; studi bertanggung jawab atas siapa yang menerimanya. Setelah Anda mencabut izin ini, sesi Anda tidak ada lagi dalam berkas baru; berkas yang sudah diserahkan sebelumnya tidak dapat ditarik kembali.

Wajah Anda sendiri, bukan wajah orang lain
Persetujuan ini menyangkut rekaman diri Anda sendiri. Persetujuan ini tidak berlaku bagi orang lain: setiap orang lain ikut serta dalam sebuah studi, membaca pemberitahuannya, serta menyetujui dan mencabutnya lewat tautannya sendiri. Kedua persetujuan itu tidak saling memengaruhi. Siapa pun yang juga terlihat dalam rekaman diri Anda harus mengetahui analisis ini dan telah menyetujuinya. Untuk anak, orang tua atau walinya yang harus menyetujui.

Cara menarik kembali persetujuan
Anda dapat menarik kembali persetujuan ini kapan saja di halaman ini. Halaman itu lebih dahulu menunjukkan apa yang dihapus, dan menawarkan salinan. Apa yang sedang berjalan berhenti dalam beberapa detik, tidak ada hal baru yang dianalisis, dan sesi-sesi yang direkam dengan persetujuan ini dihapus beserta videonya; sesi para peserta tetap ada.
"""

TEXTS = [
    ("account", 1, "en", ACCOUNT_1_EN),
    ("account", 1, "id", ACCOUNT_1_ID),
    ("participant", 1, "en", PARTICIPANT_1_EN),
    ("participant", 1, "id", PARTICIPANT_1_ID),
    ("account", 2, "en", ACCOUNT_2_EN),
    ("account", 2, "id", ACCOUNT_2_ID),
    ("participant", 2, "en", PARTICIPANT_2_EN),
    ("participant", 2, "id", PARTICIPANT_2_ID),
    ("account", 3, "en", ACCOUNT_3_EN),
    ("account", 3, "id", ACCOUNT_3_ID),
    ("account", 4, "en", ACCOUNT_4_EN),
    ("account", 4, "id", ACCOUNT_4_ID),
]


def add_texts(apps, schema_editor):
    texts = apps.get_model("consent", "ConsentText").objects
    for audience, version, language, body in TEXTS:
        digest = hashlib.sha256(body.encode()).hexdigest()
        texts.get_or_create(
            audience=audience, version=version, language=language, defaults={"body": body, "digest": digest}
        )


def remove_texts(apps, schema_editor):
    texts = apps.get_model("consent", "ConsentText").objects
    for audience, version, language, _body in TEXTS:
        texts.filter(audience=audience, version=version, language=language, records=None).delete()


class Migration(migrations.Migration):
    replaces = [
        ("consent", "0002_texts_v1"),
        ("consent", "0005_texts_for_participants"),
        ("consent", "0007_texts_on_sharing"),
        ("consent", "0009_texts_on_ones_own_face"),
    ]

    dependencies = [("consent", "0001_initial")]

    operations = [migrations.RunPython(add_texts, remove_texts)]
