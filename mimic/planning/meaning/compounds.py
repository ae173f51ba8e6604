"""Names of several words in other languages, and words that stand mostly in them: a line for each plain English meaning.

`data_nasc`, `dataDeNascimento` and `DATANASC` are looked up as `datanasc` and `datanascimento`: small words (`de`, `van`) are left out.
German, French, Spanish, Italian, Portuguese, Dutch, Polish; words that mean another thing in English columns are no part of it.
"""

from __future__ import annotations

_LINES = """
first name: roepnaam roepnamen doopnaam prenomusuel prenomusage prenompatient nombrepila primernombre pierwszeimie imieklienta vornamen
first name: rufnamen nomeproprio primeironome nomebattesimo
middle name: drugieimie zweitervorname deuxiemeprenom segundonombre secondonome
last name: nomfamille nompatronymique nomusage nomjeunefille nomnaissance nomepouse familyname apellidopaterno apellidomaterno
last name: primerapellido segundoapellido apellido1 apellido2 tussenvoegsels geboortenaam meisjesnaam nazwiskorodowe nazwiskopanienskie
last name: maedchenname ehename geburtsnamen nomefamilia ultimonome sobrenomes
full name: nomprenom prenomnom nomprenoms nomcomplet nombreapellidos nombrecompleto nombresapellidos apellidosnombre apellidosnombres
full name: apellidonombre cognomenome nomecognome nominativo imienazwisko imieinazwisko nazwiskoimie volledigenaam nachnamevorname
full name: vornamenachname nomcompletclient nomecompletoaluno namensangabe
mother name: nomemae nommere nombremadre nomemadre naammoeder imiematki nomedamae mothersmaidenname
father name: nomepai nompere nombrepadre nomepadre naamvader imieojca nomedopai
contact person: ansprechperson personnecontact personacontacto personadecontacto personacontatto contactpersoon osobakontaktowa
contact person: personadereferencia ansprechpartnerin referentecontatto
emergency contact name: notfallkontakt contacturgence contactoemergencia contattoemergenza contatoemergencia noodcontact kontaktalarmowy
emergency contact name: personneaprevenir personaavisar noodnummer
account holder: kontoinhaberin titulairecompte titularcuenta titularconta intestatarioconto rekeninghouder wlascicielkonta
account holder: naamrekeninghouder
owner: eigenaar wlasciciel
doctor name: medecinreferent medicocabecera medicobase medicofamilia lekarzrodzinny behandelndearzt behandelnderarzt medicoresponsable
doctor name: lekarzprowadzacy zuweiser
guardian name: representantlegal responsablelegal erziehungsberechtigter erziehungsberechtigte tutorlegal representantelegal
guardian name: responsavellegal opiekunprawny voogd ouder
username: nomutilisateur nombreusuario nomeutente nomeutilizador nomeusuario nazwauzytkownika loginuzytkownika gebruiker accountnaam
username: kontoname anmeldename benutzerkennung benutzerkuerzel kuerzel codeutilisateur idusuario
password: passwort passworthash kennworthash mdphash mdpchiffre motdepassehash contrasenahash contrasenacifrada claveacceso clavehash
password: senhahash senhaacesso senhacriptografada parolachiave parolaordine passwordcifrata wachtwoordhash haslohash hasloskrot hasloszyfr
reset token: jetonreinit jetonreinitialisation tokenrecuperacion tokenrecuperacao codigorecuperacion codicerecupero kodresetu kodaktywacyjny
reset token: aktivierungscode bestaetigungscode codeactivation codigoactivacion codiceattivazione codigoativacao activatiecode
reset token: codeconfirmation codigoverificacion codigoverificacao codiceverifica verificatiecode einmalcode
secret key: cleapi clesecrete claveapi clavesecreta chaveapi chavesecreta chiaveapi chiavesegreta apisleutel geheimesleutel kluczapi
secret key: tajnyklucz apischluessel geheimschluessel
secret answer: reponsesecrete respuestasecreta rispostasegreta respostasecreta geheimantwort sicherheitsantwort odpowiedztajna
secret question: questionsecrete preguntasecreta domandasegreta perguntasecreta sicherheitsfrage pytaniepomocnicze
email: adressemail adressemel adresseelectronique courrielperso mailperso correoelectronico direccioncorreo direccionemail indirizzoemail
email: indirizzomail postaelettronica enderecoemail emailadres epostaddress adresemail adrespocztyelektronicznej emailkontakt mailprivat
email: emailprivat emailpersonal emailpessoal
phone: telefonprivat telefongeschaeftlich telefondienstlich telportable telfixe telperso teldomicile teldomicilio telmovil telcasa
phone: teltrabajo telefonofijo telefonomovil telefonocasa telefonocontacto telefonocelular recapitotelefonico recapito numerotelefono
phone: numerotelefonico numtelephone numerotelephone numtel notel telefoonnummer telefoonprive telefonkomorkowy telefonkontaktowy telefonkom
phone: telefonstacjonarny numertelefonu nrtelefonu nrtel telefonefixo telefoneresidencial telefonecelular numerocelular celularresponsavel
phone: rufnummern durchwahl festnetz
mobile: mobielnummer handynr portableperso gsmnummer cellulareprivato telemovel
street: strassehausnr strassenr strassehausnummer straatnaam nomvoie numerovoie libellevoie typevoie nombrevia nombrecalle numerocalle
street: nomerua nomevia nazwaulicy numerdomu nrdomu nrlokalu numermieszkania nrmieszkania numeroexterior numerointerior huisnr huisletter
street: toevoeging adreszamieszkania adreskorespondencyjny adreszameldowania
address: adressepostale adressedomicile adresseperso adressecomplete adresselivraison adressefacturation direccionpostal direccionparticular
address: direccionenvio direccionfacturacion domiciliofiscal domicilioparticular indirizzoresidenza indirizzodomicilio indirizzocasa
address: enderecoresidencial enderecoentrega enderecocompleto moradafiscal residenza domicilio woonadres postadres verblijfadres wohnadresse
address: privatadresse meldeadresse hauptwohnsitz wohnsitz adresdostawy adresrozliczeniowy lieferstrasse rechnungsstrasse
postcode: codpostal codigopostal codepost kodpoczt plzort postcodewoonplaats codiceavviamento capresidenza cppostal
city: villenaissance lieunaissance communenaissance lugarnacimiento ciudadnacimiento luogonascita luogodinascita comunenascita
city: localnascimento cidadenatal naturalidade geboorteplaats miejsceurodzenia geburtsort ciudadresidencia comuneresidenza cidaderesidencia
city: miejscezamieszkania plaatsnaam localitaresidenza villeresidence
birth date: datenaiss datenais datedenaissance ddn fechanac fechanacim fechadenacimiento fnac fnacimiento datanasc datadenascimento
birth date: datanascimento dtnasc dtnascimento datanascita datadinascita geburtsdat gebdatum gebdat geboortedat datumurodzenia dataurodz
birth date: dataurodzenia
nationality: nationalitepays paysnationalite cittadinanza staatsbuergerschaft staatsangeh nacionalidade obywatel nationaliteiten
nationality: paisnacimiento paysnaissance paesenascita
gender: geslachtcode generosexo sexoetiqueta plecosoby identidadegenero generoidentidad
marital status: situationmatrimoniale etatmatrimonial statutmarital situacionfamiliar situacaofamiliar situazionefamiliare stanrodzinny
marital status: gezinssituatie regimematrimonial
children count: nbenfants nombreenfants numhijos numerohijos numfilhos numerofigli anzahlkinder kinderanzahl aantalkinderen liczbadzieci
children count: cargasfamiliares personnescharge
education: titolostudio niveauetudes niveauetude nivelestudios nivelacademico niveleducativo escolaridadnivel grauinstrucao nivelescolar
education: opleidingsniveau poziomwyksztalcenia schulabschluesse diplomeobtenu niveauscolaire formacaoacademica
job: posteoccupe intituleposte puestotrabajo cargoactual categoriaprofesional posizionelavorativa ruoloaziendale mansionelavorativa
job: funcaoatual functietitel stanowiskopracy zawod taetigkeit dienststellung berufsgruppe beruflichestellung profissaoatual ruolo
employer: societeemployeur empresaempleadora nomempresa empresatrabajo datorelavoro dittadatore empresatrabalho naamwerkgever
employer: nazwapracodawcy zakladpracy arbeitgebername
hire date: dateembauche dateentree datearrivee fechaalta fechaingreso fechacontratacion fechabaja dataassunzione datacessazione dataadmissao
hire date: datademissao datumindienst datumuitdienst datazatrudnienia datazwolnienia eintrittsdat austrittsdat
salary: grundgehalt bruttogehalt nettogehalt monatsgehalt stundenlohn salairebrut salairenet salairebase salairemensuel sueldobase
salary: sueldobruto salariobase salariobruto salarionetto stipendiolordo retribuzione retribuzionelorda remuneracao salarioliquido
salary: brutosalaris uurloon maandsalaris wynagrodzeniezasadnicze pensja stawka ingresosmensuales rendamensal rendafamiliar
salary: revenufiscal
national id: numsegsocial numsegsoc numeroseguridadsocial numeroseguridad nafiliacion numsecuritesociale numerosecu nosecu nirpp nss numsecu
national id: securitesociale burgerservicenummer bsnnummer rijksregisternummer nrdowodu nrdowoduosobistego dowodosobisty numerdowodu
national id: seriainumer numerpesel documentoidentidad docidentidad numdocidentidad numerodocumento nrodocumento documentoidentita
national id: numerodocumentoidentita cartaidentita bilheteidentidade cartaocidadao numrg registrogeral orgaoemissor tituloeleitor numpis
national id: pispasep numctps carteiratrabalho numidentidad svnummer sozversnr rentenvernr versichertennr krankenversnr versichertennummer
national id: kvnummer ausweisnr personalausweisnr numeroidentite numcni cni pieceidentite numpieceidentite identiteitskaart idbewijs
national id: numerolegajo numnss cartaosus numsus cns tesserasanitaria tarjetasanitaria numtarjetasanitaria cartevitale nie nif
tax id: codfiscale codicefiscale cfisc identificationfiscale numerofiscal numerofiscale numfiscal nifcif cifnif steueridnr steuerident
tax id: steuernr idfiscale fiscaalnummer numernip nrnip numerocontribuinte ncontribuinte partitaivacliente
national id: titresejour numtitresejour titredesejour permessosoggiorno permisoresidencia permisodetrabajo aufenthaltstitel
national id: aufenthaltserlaubnis verblijfsvergunning kartapobytu autorizacaoresidencia residencepermit claveelector credencialelector
login code: inlogcode zugangskennung codigoacceso codiceaccesso codigoacesso
login code: toegangscode kodaccesu kodwejscia anmeldecode codeacces codedacces
passport: numpasseport numeropasseport numpasaporte numeropasaporte numpassaporte numeropassaporto passnummer passnr reisepassnr
passport: paspoortnummer nrpaszportu numerpaszportu paszport
driving licence: numpermis numeropermis permisconduire numcarnet carnetconducir licenciaconducir numpatente patenteguida carteiramotorista
driving licence: numcnh rijbewijsnummer prawojazdy nrprawajazdy fuehrerscheinnr
licence plate: plaqueimmat numimmat immat placavehiculo placaveiculo placacarro targaveicolo numrejestracyjny nrrejestracyjny
licence plate: tablicarejestracyjna kfzkennzeichen amtlicheskennzeichen kentekennummer nummerplaat matriculavehiculo
bank account: comptebancaire numcompte numerocompte coordonneesbancaires codeiban ribiban cuentabancaria numcuenta numerocuenta
bank account: cuentacorriente clabe contobancario contocorrente numeroconto coordinatebancarie contacorrente contabancaria numeroconta
bank account: chavepix bankrekening bankrekeningnummer rekeningnr ibannummer nrrachunku numerrachunku rachunekbankowy kontobankowe
bank account: nrkonta kontonummern bankkontonr ibannr
card number: numcarte numerocartebancaire cartebancaire numtarjeta numerotarjeta tarjetacredito numerocarta cartacredito numcartao
card number: numerocartao creditcardnummer kaartnummer nrkarty numerkarty kreditkartennr kreditkartennummer
employee number: personalnr numeroempleado numempleado numagent numeroagent matriculeagent personeelsnummer nrpracownika numerpracownika
employee number: numerofuncionario matriculafuncionario mitarbeiternr codicedipendente
member number: numadherent numeroadherent numlicence numerolicence numsocio numerosocio numerotessera lidnummer lidmaatschapsnummer
member number: nrczlonkowski numeroassociado numeroutente mitgliednr kundennummerextern
student number: numetudiant numeroetudiant numexpediente matriculaalumno numeromatricola matriculaaluno studentnummer leerlingnummer
student number: nralbumu numeralbumu
health insurance: kasse krankenkassen zorgverzekeraar caissemaladie caisseaffiliation organismeassurance obrasocial segurosalud segurosocial
health insurance: planosaude convenio mutuasalud ziektekostenverzekering polizasalud assurancemaladie
health condition: etatsante etatdesante situacionsalud condicionsalud statosalute estadosaude stanzdrowia gezondheidstoestand
health condition: gesundheitszustand vorerkrankungen antecedentsmedicaux antecedentsfamiliaux antecedentesmedicos antecedentesfamiliares
health condition: anamnesifamiliare historicomedico wywiadlekarski voorgeschiedenis medicalevoorgeschiedenis
diagnosis: diagnosen hauptdiagnose nebendiagnosen einweisungsdiagnose diagnosticprincipal diagnosticoprincipal diagnosticosecundario
diagnosis: diagnosiprincipale codicediagnosi diagnosecode rozpoznanie rozpoznanieglowne codecim10 codigocie10 icdcode icd10code cim10 cie10
diagnosis: cid10 codigocid
medical certificate health: certificatmedical certificadomedico certificatomedico atestadomedico orzeczenielekarskie medischeverklaring
medical certificate health: aerztlichesattest arbeitsunfaehigkeit krankmeldung arretmaladie arrettravail bajamedica bajalaboral
medical certificate health: zwolnienielekarskie ziekteverlof krankheitstage fehltagekrank
blood type: gruppeblut gruposangre gruposanguineo grupposanguigno tiposangre tiposanguineo fatorrh factorrh groupesang groupesanguin
blood type: grupakrwi bloedgroep rhesusfaktor rhesus
allergy: allergies allergien intolleranze intolerancias uczulenia alergie allergieenbekend unvertraeglichkeiten alergiasconocidas
medication: medikamente dauermedikation medicaments traitementencours medicaciones medicacionactual farmaciassunti terapiainatto
medication: medicamentosuso leki przyjmowaneleki medicijnen medicatielijst
disability: schwerbehinderung schwerbehindertenausweis gradderbehinderung tauxinvalidite tauxhandicap rqth gradodiscapacidad
disability: discapacidad percentualeinvalidita gradoinvalidita disabilita pcd deficiencia stopienniepelnosprawnosci niepelnosprawnosc
disability: arbeidsbeperking arbeidshandicap invaliditeit invalidita invalido
pregnancy: enceinte embarazada incinta gestante schwanger ciaza zwanger
smoker health: raucher fumeur fumador fumatore fumante roker palacz smoker
ethnicity: racacor corraca coretnia origineethnique origenetnico origineetnica etnicidade etnicidad pochodzenieetniczne etnischeherkunft
ethnicity: etnischeachtergrond herkunft herkomst migrationshintergrund puebloindigena
religion: glaubensbekenntnis kirchenzugehoerigkeit kirchensteuermerkmal kirchensteuer confessionreligieuse confession
religion: geloofsovertuiging geloof wyznaniereligijne crenca
trade union: gewerkschaftszugehoerigkeit gewerkschaftsmitglied affiliationsyndicale adhesionsyndicale afiliacionsindical sindicalizado
trade union: iscrizionesindacale filiacaosindical czlonekzwiazku przynaleznosczwiazkowa vakbondslid vakbondslidmaatschap
political party: parteizugehoerigkeit parteimitglied affiliationpolitique partipolitique afiliacionpolitica filiacaopartidaria
political party: przynaleznoscpartyjna politiekevoorkeur orientamentopolitico
sexual orientation: sexuelleorientierung orientationsexuelle orientacionsexual orientamentosessuale orientacaosexual orientacjaseksualna
sexual orientation: seksuelegeaardheid
criminal record: fuehrungszeugnis vorstrafenregister casierjudiciaire antecedentespenales casellariogiudiziale antecedentescriminais
criminal record: karalnosc niekaralnosc strafblad
vehicle vin: numerochassis numerochasis telaio numerotelaio chassisnummer nrvin fahrgestellnr
fingerprint biometric: empreintedigitale huelladactilar huella improntadigitale impressaodigital biometria odciskpalca vingerafdruk
fingerprint biometric: fingerabdruck
photo: photoidentite fotocarnet fotoprofilo fotoperfil pasfoto zdjecie passbild lichtbild photoprofil portraet
signature: unterschrift firmacliente firmadigital handtekening podpis assinatura
comment: toelichting opmerkinglijst aantekening aantekeningen bemerkungsfeld zusatztext freitextfeld noteinterne notaspersonales
comment: notasinternas annotazione osservazioni apontamentos wpis uwagiklienta notitie internenotiz
comment: anmerkungintern komentarz tresc
message: tresckomunikatu trescwiadomosci wiadomosc corpomessaggio cuerpomensaje corpomensagem corpsmessage berichttekst nachrichtentext
customer: clienten klienten klienci kundenstamm kundendaten klantgegevens klantenbestand clientele fichierclients fichaclientes abonnes
customer: abonados abbonati assinantes abonnees abonenci
person: anagrafica anagrafiche personalien stammdatenperson persoonsgegevens osobowe daneosobowe fichepersonne mieszkancy inwoners
person: bewohnerdaten familienmitglied familienmitglieder
employee: personalakte personalakten personalstamm mitarbeiterdaten nomina empleadosrrhh
employee: funcionariosrh collaboratori colaborador colaboradores kadry zatrudnieni personeel personeelslid bediende kollegen
patient: patientenstamm patientenakte patientendaten dossierpatient fichapaciente fichepatient schedapaziente pacjenci clientzorg patienten
patient: pazienti assistiti
student: leerling leerlingen uczen uczniowie studenci iscritti alunni alunno apprenant apprenants estudiantes matriculados schuelerdaten
student: studierende studierender kursteilnehmer
member: czlonek czlonkowie socios soci ledenbestand mitgliederliste mitgliederverwaltung adherents associados licencies licencie
member: vereinsmitglied
tenant: huurder huurders najemca najemcy mietparteien arrendatario arrendatarios affittuario
candidate: kandidat kandidaten kandydat kandydaci candidats candidati candidatos sollicitant sollicitanten bewerberin postulant postulants
candidate: aspirantes
insured: verzekerde verzekerden ubezpieczony ubezpieczeni versichertenstamm assures asegurados assicurati segurados
passenger: reiziger pasazer pasazerowie passagiere viajero viajeros viaggiatore hospedes huespedes ospiti gosc goscie voyageurs
volunteer: benevole benevoles voluntario voluntarios volontario volontari vrijwilliger vrijwilligers wolontariusz ehrenamtliche
volunteer: ehrenamtlicher
donor: donateurs donantes donatori doadores darczynca darczyncy gever spenderdaten
order: zamowienia zamowienie
product: produkty produkt towar towary
bank code: bankleitzahl blz codebanque codeguichet sortcode codigobanco kodbanku
timezone: fuseauhoraire zonahoraria fusoorario fusohorario tijdzone strefaczasowa
family relation: lienparente parentesco parentela grauparentesco verwandtschaftsgrad verwandtschaft verwantschap pokrewienstwo lienparental
""".strip().splitlines()

COMPOUNDS: dict[str, str] = {word: meaning.strip() for meaning, words in (line.split(":", 1) for line in _LINES) for word in words.split()}
# Between the words of a name, and no part of what it says.
SMALL = frozenset(
    """
    de da do das dos di del della dello dei degli du des der den dem von van het la le el los las il lo et y e i o w z na en und
    """.split()  # noqa: SIM905
)

__all__ = ["COMPOUNDS", "SMALL"]
