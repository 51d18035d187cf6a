"""The account's text is about the own face only: everybody else agrees as a participant of a study."""

import hashlib

from django.db import migrations

ACCOUNT_EN = """\
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

ACCOUNT_ID = """\
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

VERSION = 4
TEXTS = [("en", ACCOUNT_EN), ("id", ACCOUNT_ID)]


def add_texts(apps, schema_editor):
    texts = apps.get_model("consent", "ConsentText").objects
    for language, body in TEXTS:
        digest = hashlib.sha256(body.encode()).hexdigest()
        texts.get_or_create(
            audience="account", version=VERSION, language=language, defaults={"body": body, "digest": digest}
        )


def remove_texts(apps, schema_editor):
    apps.get_model("consent", "ConsentText").objects.filter(audience="account", version=VERSION, records=None).delete()


class Migration(migrations.Migration):
    dependencies = [("consent", "0008_allow_scopes_later")]

    operations = [migrations.RunPython(add_texts, remove_texts)]
