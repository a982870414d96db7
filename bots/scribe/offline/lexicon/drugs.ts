/** Drug names that the shipped RxNorm fragment does not code: they stay text. Generic names first, then brands. */
export const UNCODED_DRUGS: readonly string[] =
  `abatacept acamprosate acarbose acetazolamide acitretin adapalene albendazole alendronate aliskiren almotriptan amantadine
  amiloride aminophylline amphetamine anastrozole apremilast armodafinil asenapine atovaquone atropine
  azilsartan aztreonam barbiturates baricitinib beclomethasone belimumab bempedoic-acid benztropine betamethasone bethanechol
  bevacizumab bictegravir bicalutamide bimatoprost biotin bisoprolol botox botulinum bosentan brimonidine bromocriptine
  budesonide-formoterol bupivacaine buprenorphine butalbital cabergoline calcipotriene calcitonin calcium canagliflozin
  cannabidiol capsaicin carbidopa carbidopa-levodopa cariprazine cbd cefazolin cefdinir cefepime cefpodoxime ceftriaxone
  cefuroxime cefixime cefadroxil certolizumab chlordiazepoxide chlorhexidine chlorpheniramine chlorpromazine cholestyramine
  chondroitin ciclopirox cilostazol cimetidine cinacalcet clarithromycin clotrimazole
  coenzyme-q10 colesevelam colestipol cromolyn cyanocobalamin cyproheptadine dabigatran dalteparin darbepoetin dantrolene
  degarelix denosumab desloratadine desmopressin dexmethylphenidate dextroamphetamine dicyclomine dipyridamole disulfiram
  docetaxel dofetilide dorzolamide doxylamine dronabinol dronedarone drospirenone dupilumab dutasteride
  echinacea edoxaban eletriptan elagolix emtricitabine enfuvirtide eplerenone epoetin eprosartan erenumab ergotamine
  ertugliflozin ertapenem esketamine eszopiclone eslicarbazepine estrogen ethambutol ethinyl-estradiol etodolac etonogestrel
  everolimus evolocumab exemestane exenatide felodipine fenofibrate fidaxomicin fish-oil flaxseed
  fluocinonide fluphenazine fluvastatin folate formoterol fosamprenavir fosinopril fremanezumab frovatriptan fulvestrant
  galcanezumab gemfibrozil gentamicin ginkgo ginseng glatiramer glecaprevir glucagon glucosamine glycopyrrolate
  golimumab goserelin granisetron griseofulvin guanfacine guselkumab hyoscyamine ibandronate ibrutinib icosapent imatinib
  imiquimod inclisiran indapamide indomethacin infliximab insulin insulin-aspart insulin-degludec insulin-detemir isosorbide
  isosorbide-mononitrate isradipine itraconazole ivabradine ivermectin ixekizumab ketotifen kratom labetalol lacosamide
  lamivudine leflunomide lemborexant lenalidomide leuprolide levalbuterol levocetirizine levodopa levonorgestrel linaclotide
  linagliptin linezolid liothyronine lisdexamfetamine lovastatin loteprednol loxapine lubiprostone magnesium
  magnesium-citrate magnesium-glycinate medroxyprogesterone mefenamic-acid megestrol melphalan meperidine mepolizumab
  meropenem mesalamine metaxalone metformin-extended-release methenamine methyldopa methylcellulose metolazone miconazole
  milnacipran minoxidil mirabegron misoprostol moexipril molnupiravir mometasone nabumetone nadolol naratriptan nateglinide
  natalizumab niacin nicardipine nifedipine nilutamide nirmatrelvir nisoldipine norethindrone
  norgestimate ocrelizumab octreotide ofatumumab ofloxacin olaparib olanzapine-fluoxetine olopatadine omalizumab omega-3
  omega-three orlistat osimertinib oxaprozin oxymetazoline oxymorphone oxytocin paliperidone palbociclib pamidronate
  pancrelipase paxlovid pegfilgrastim penicillin penicillin-v pentoxifylline perindopril phenobarbital phenylephrine
  pilocarpine pimecrolimus pindolol piroxicam pitavastatin pramipexole prazosin probiotic probiotics
  prochlorperazine propoxyphene prucalopride psyllium pyrazinamide pyridostigmine quinapril raloxifene raltegravir ramelteon
  ranolazine rasagiline remdesivir repaglinide rifampin rifaximin rimegepant riluzole risankizumab risedronate ritonavir
  rivastigmine roflumilast romosozumab ropivacaine rotigotine sarilumab saw-palmetto saxagliptin scopolamine secukinumab
  selegiline selenium-sulfide senna silodosin silver-sulfadiazine simethicone sofosbuvir solifenacin solriamfetol sorafenib
  sotalol sulindac suvorexant tapentadol tazarotene temazepam terazosin terbutaline teriflunomide teriparatide theophylline
  thiamine thiothixene tiagabine ticlopidine tildrakizumab tinidazole tirzepatide tobramycin tocilizumab
  tofacitinib tolvaptan trandolapril tranexamic-acid trastuzumab travoprost triazolam trifluoperazine
  trihexyphenidyl trospium turmeric ubrogepant ulipristal umeclidinium upadacitinib ursodiol ustekinumab vedolizumab
  vilanterol vilazodone vitamin-a vitamin-b vitamin-b6 vitamin-b12 vitamin-e vitamin-k vitamins zafirlukast zaleplon zinc
  ziprasidone zoledronic-acid zolmitriptan zonisamide
  accolate accupril aciphex aczone adalat adderall-xr adempas advair-diskus afrin aimovig ajovy alka-seltzer aldomet alinia
  allegra-d alphagan amrix anoro apidra arava aranesp arcapta aristada arimidex armour aromasin asacol asmanex atelvia
  auvelity avodah avodart azor basaglar belsomra bentyl benzaclin bepreve betapace bevespi biktarvy boniva
  breztri butrans bydureon byetta caduet caltrate canasa caprelsa caplyta cequa cimzia
  clarinex claritin-d cleocin clinoril cogentin combigan compazine comtan contrave copaxone corlanor cosentyx cosopt
  creon cytomel cytotec daliresp demadex demerol depo-provera descovy desoxyn dexedrine diamox
  differin dramamine duragesic duetact dyazide edarbi effexor-xr elidel emgality emsam
  entyvio epclusa epogen estrace estring evista evoxac exelon eylea ezallor feldene femara fetzima fioricet focalin forteo
  fosamax genvoya geodon gilenya glumetza glucophage-xr glyxambi gvoke hyzaar ibrance imbruvica
  inspra intuniv invega invokana invokamet ilumya jublia kadian kerendia kombiglyze
  kevzara lescol levemir levitra levsin librium lipofen livalo lodine lomotil lotrel lovaza lucentis lunesta
  lupron lysteda maalox mavik maxzide metamucil methergine mevacor miacalcin
  micronase minipress mirapex mirena mounjaro movantik mucinex-dm multaq mydayis mylanta myrbetriq nabilone namenda
  nardil neupogen nexplanon nexletol niaspan norflex normodyne northera nucala nucynta nurtec nuvaring nuvigil nyquil
  ocuvite olumiant onfi onglyza opana orencia otezla oxtellar ozurdex patanol pataday pepto pepto-bismol periostat perforomist
  plan-b plendil ponstel precose premarin prevnar procardia prolixin prometrium provera praluent pred-forte
  preparation-h prandin qulipta ranexa rapaflo rebif reclast relafen relpax remicade renagel
  renvela repatha requip restasis retacrit revlimid rhinocort rinvoq rituxan rogaine rozerem
  sanctura savella senokot sensipar seroquel-xr shingrix siliq simponi sinemet skelaxin skyrizi slo-niacin soliqua sonata
  spinraza stalevo starlix steglatro stendra stiolto stribild striverdi subutex sular symproic synjardy taltz tarka tecfidera
  tekturna tenoretic teveten theraflu tiazac tikosyn timoptic toujeo tracleer tradjenta trandate travatan tremfya tresiba
  triamterene-hctz tribenzor tricor trijardy trileptal trilipix trulance tudorza twynsta tylenol-pm tysabri ubrelvy
  uceris ultracet univasc unisom urecholine urso vagifem valcyte valturna vascepa vaseretic veltassa verzenio
  vesicare viberzi victrelis viibryd vimpat visine visken vraylar vumerity vytorin welchol xeljanz xolair
  xifaxan xigduo xiidra xofluza xultophy yasmin yaz zantac zarontin zegerid zelnorm zenpep zestoretic ziac zioptan zomig
  zonegran zontivity zyban zyflo
  antibiotics antibiotic steroids steroid statin statins nsaids nsaid anti-inflammatories anti-inflammatory muscle-relaxer
  muscle-relaxers muscle-relaxant muscle-relaxants pain-medication pain-medications pain-pills painkillers narcotics opioids
  antihistamine antihistamines decongestant antacid antacids laxative laxatives stool-softener stool-softeners
  beta-blocker beta-blockers ace-inhibitor ace-inhibitors water-pill water-pills diuretic diuretics blood-thinners inhaler
  inhalers antidepressant antidepressants birth-control-pill birth-control-pills multivitamin multivitamins iron
  prenatal-vitamin prenatal-vitamins cough-syrup cough-drops eye-drops ear-drops nasal-spray cortisone-shot
  steroid-injection steroid-injections allergy-shots`
    .split(/\s+/)
    .map((name) => name.replaceAll('-', ' '));

/** Names for a class, not for one drug: worth a sentence in the note, never an order by themselves. */
export const DRUG_CLASSES: ReadonlySet<string> = new Set(
  `antibiotics antibiotic steroids steroid statin statins nsaids nsaid anti-inflammatories anti-inflammatory muscle-relaxer
  muscle-relaxers muscle-relaxant muscle-relaxants pain-medication pain-medications pain-pills painkillers narcotics opioids
  antihistamine antihistamines decongestant antacid antacids laxative laxatives stool-softener stool-softeners barbiturates
  beta-blocker beta-blockers ace-inhibitor ace-inhibitors water-pill water-pills diuretic diuretics blood-thinner
  blood-thinners inhaler inhalers antidepressant antidepressants birth-control-pill birth-control-pills vitamins
  cough-syrup cough-drops eye-drops ear-drops nasal-spray cortisone-shot steroid-injection steroid-injections allergy-shots`
    .split(/\s+/)
    .map((name) => name.replaceAll('-', ' ')),
);
